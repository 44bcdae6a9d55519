#include "models/workload/popularity.hpp"

#include <algorithm>

#include "sim/random/math.hpp"
#include "sim/random/stream.hpp"

namespace windtunnel {

Popularity::Popularity(std::uint64_t count, double zipf) : count_(count) {
  if (zipf == 0) return;
  double sum = 0;
  cumulative_.reserve(count_);
  for (std::uint64_t k = 1; k <= count_; ++k)
    cumulative_.push_back(sum += exp_of(-zipf * log_of(static_cast<double>(k))));
}

std::uint64_t Popularity::pick(std::uint64_t word) const {
  if (cumulative_.empty()) return ((word >> 32) * count_) >> 32;
  const double u = Stream::to_unit(word) * cumulative_.back();
  return static_cast<std::uint64_t>(std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, u) -
                                    cumulative_.begin());
}

double Popularity::share(std::uint64_t k) const {
  if (cumulative_.empty()) return 1 / static_cast<double>(count_);
  return (cumulative_[k] - (k == 0 ? 0 : cumulative_[k - 1])) / cumulative_.back();
}

}  // namespace windtunnel
