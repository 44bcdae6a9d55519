#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/describe/field.hpp"

namespace windtunnel {

// A quantile of what the last calls took: the time after which a copy leaves ("The Tail at Scale" takes the 95th
// percentile).
struct RecentQuantile {
  Share quantile{0.95};
  std::int64_t calls = 1000;   // that count
  std::int64_t minimum = 100;  // that must be known before it is believed

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

// The last `calls` times, in their order and sorted. What a first copy took counts; one that another overtook, with the
// time until then: that is longer than the wait for the copy, so the share of longer ones stays what it is.
class RecentLatency {
 public:
  explicit RecentLatency(const RecentQuantile& terms);
  void record(std::int64_t ns);
  std::optional<std::int64_t> quantile() const;  // ns; none: too few are known

 private:
  double share_;
  std::size_t most_, minimum_;
  std::size_t oldest_ = 0;
  std::vector<std::int64_t> by_age_, sorted_;
};

}  // namespace windtunnel
