#include "models/load_balancer/least_of_all.hpp"

namespace windtunnel {

std::uint32_t LeastOfAll::pick(const Backends& backends, Stream& words) {
  const auto n = static_cast<std::uint32_t>(backends.size());
  if (stale_) {
    index_.rebuild(backends.outstanding);
    stale_ = false;
  }
  switch (tie_) {
    case Tie::kRandom:
      return index_.nth(backends.outstanding, scale_to(index_.tied(backends.outstanding), high_half(words.next())));
    case Tie::kFirst:
      return index_.from(backends.outstanding, 0);
    case Tie::kRoundRobin:
      break;
  }
  return last_ = index_.from(backends.outstanding, last_ >= n - 1 ? 0 : last_ + 1);
}

}  // namespace windtunnel
