#pragma once

#include <cstdint>
#include <vector>

namespace windtunnel {

// Which of `count` things is asked for: number k (from 0) in proportion to (k + 1)^-zipf.
class Popularity {
 public:
  Popularity(std::uint64_t count, double zipf);
  std::uint64_t pick(std::uint64_t word) const;  // by one random word
  std::uint64_t count() const { return count_; }
  double share(std::uint64_t k) const;

 private:
  std::uint64_t count_;
  std::vector<double> cumulative_;  // empty: all alike
};

}  // namespace windtunnel
