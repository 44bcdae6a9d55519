#pragma once

#include <cstddef>
#include <vector>

#include "sim/time.hpp"

namespace windtunnel::vpa {

// How usage was, the recent past counting more: buckets that grow by 5 %, of which the n-th begins at first * (1.05^n -
// 1) / 0.05, and samples whose weight halves every half-life. As the recommender of the Vertical Pod Autoscaler keeps
// it (kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender/util). Values are in any unit, not negative.
class UsageHistogram {
 public:
  UsageHistogram(double first_bucket, double max_value, Duration half_life);
  static UsageHistogram of_cpu(Duration half_life);     // cores: from 0.01 to 1000
  static UsageHistogram of_memory(Duration half_life);  // bytes: from 1e7 to 1e12

  void add(double value, double weight, Time at);
  void subtract(double value, double weight, Time at);  // what was added before, at the same time
  void merge(const UsageHistogram& other);              // of the same buckets and half-life

  // The end of the first bucket up to which there is a share `p` of the weight (of the last bucket: its start); 0 where
  // there is nothing.
  double percentile(double p) const;
  bool empty() const;

  std::size_t buckets() const { return weight_.size(); }
  std::size_t bucket_of(double value) const;
  double start_of(std::size_t bucket) const { return start_[bucket]; }

 private:
  double decay(Time at);  // what a weight at that time counts; may move the reference
  void find_ends();

  Duration half_life_;
  Time reference_{};           // when a weight counts as it is
  std::vector<double> start_;  // of each bucket
  std::vector<double> weight_;
  double total_ = 0;
  std::size_t first_ = 0, last_ = 0;  // of the buckets with a weight; first_ > last_: none was filled yet
};

}  // namespace windtunnel::vpa
