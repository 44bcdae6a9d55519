#include "models/admission/places.hpp"

#include <algorithm>
#include <cmath>

namespace windtunnel {

std::int64_t Places::limit_of(std::size_t partition, std::int64_t limit) const {
  // 0.3 of 10 is a hair more than 3.
  return std::max<std::int64_t>(1, std::llrint(std::ceil(static_cast<double>(limit) * shares_[partition] - 1e-9)));
}

bool Places::take(std::size_t partition, std::int64_t limit) {
  if (partition == kBypass) return true;
  if (all_ >= limit && (shares_.empty() || held_[partition] >= limit_of(partition, limit))) return false;
  ++all_;
  if (!shares_.empty()) ++held_[partition];
  return true;
}

void Places::give_back(std::size_t partition) {
  if (partition == kBypass) return;
  --all_;
  if (!shares_.empty()) --held_[partition];
}

}  // namespace windtunnel
