#pragma once

#include <cstdint>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// Active health checks: each balancer asks each of its instances. One that is gone refuses, one that is paused does not
// answer in time.
struct HealthChecks {
  Duration interval = std::chrono::seconds{2};
  Duration timeout = std::chrono::seconds{1};
  std::int64_t rise = 2, fall = 3;

  void describe(FieldVisitor& v);
};

// One balancer's opinion of one instance, which it believes healthy at first.
class CheckedHealth {
 public:
  bool healthy() const { return healthy_; }
  // A check has ended; whether that changes the opinion.
  bool checked(bool passed, const HealthChecks& checks);

 private:
  bool healthy_ = true;
  std::int64_t against_ = 0;  // checks in a row that speak against it
};

}  // namespace windtunnel
