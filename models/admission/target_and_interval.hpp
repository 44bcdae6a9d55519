#pragma once

#include "models/admission/queue_discipline.hpp"

namespace windtunnel {

// Parameters of a discipline that goes by how long waits have been how long.
class TargetAndInterval : public QueueDisciplineParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "A wait that is acceptable for long", kPositive);
    v.field("interval", interval_, "How long waits may stay above it", kPositive);
  }
  void check(Problems& p) override {
    if (target_ >= interval_) p.error("/target", "is not below the interval");
  }

 protected:
  Duration target() const { return target_; }
  Duration interval() const { return interval_; }

 private:
  Duration target_ = std::chrono::milliseconds{5};
  Duration interval_ = std::chrono::milliseconds{100};
};

}  // namespace windtunnel
