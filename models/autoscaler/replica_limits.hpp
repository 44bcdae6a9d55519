#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

// What policies of ours have in common: least and most replicas, and patience before replicas are taken away.
namespace windtunnel {

struct ReplicaLimits {
  std::int64_t min_replicas = 1, max_replicas = 1;

  void describe(FieldVisitor& v);  // beside the policy's own fields
  void check(Problems& p) const;
  std::int64_t clamp(std::int64_t replicas) const;
  std::int64_t clamp(double replicas) const;       // rounded up first
  std::string limited(std::int64_t wanted) const;  // "; limited by max_replicas", or nothing
};

// Replicas fall no further than to the highest recommendation of the last `window`.
class ScaleInStabilizer {
 public:
  explicit ScaleInStabilizer(Duration window) : window_(window) {}
  std::int64_t stabilize(Time now, std::int64_t current, std::int64_t wanted);

 private:
  struct Recommendation {
    Time at{};
    std::int64_t replicas = 0;
  };
  Duration window_;
  bool begun_ = false;
  std::deque<Recommendation> falling_;  // of those in the window, each that no later one reaches
};

}  // namespace windtunnel
