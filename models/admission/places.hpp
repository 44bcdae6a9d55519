#pragma once

#include <cstdint>
#include <vector>

namespace windtunnel {

// Places under one concurrency limit, and shares of them that are kept for some (Netflix's AbstractPartitionedLimiter):
// while there are places left anybody gets one, and a partition that holds less than its share gets one even then.
class Places {
 public:
  static constexpr std::size_t kBypass = ~std::size_t{0};  // who always passes and is not counted
  Places() = default;
  explicit Places(std::vector<double> shares) : shares_(std::move(shares)), held_(shares_.size()) {}

  bool take(std::size_t partition, std::int64_t limit);  // without partitions: 0
  void give_back(std::size_t partition);
  std::int64_t held() const { return all_; }
  std::int64_t limit_of(std::size_t partition, std::int64_t limit) const;  // share, rounded up, at least 1

 private:
  std::vector<double> shares_;
  std::vector<std::int64_t> held_;
  std::int64_t all_ = 0;
};

}  // namespace windtunnel
