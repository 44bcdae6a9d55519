#include "models/cluster/karpenter/batcher.hpp"

#include <algorithm>

namespace windtunnel::karpenter {

void Batcher::trigger(std::uint32_t pod, Time now) {
  if (pods_.empty()) opened_ = now;
  if (pods_.insert(pod).second) last_ = now;
}

std::optional<Time> Batcher::closes() const {
  if (pods_.empty()) return std::nullopt;
  return std::min(last_ + idle_, opened_ + longest_);
}

void Batcher::close() { pods_.clear(); }

}  // namespace windtunnel::karpenter
