#include "models/load_balancer/proxy.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "models/load_balancer/xxhash64.hpp"

namespace windtunnel {

Proxy::Proxy(const LoadBalancerParams& policy, const BalancingParams& params, std::uint32_t index, Stream words)
    : params_(params),
      index_(index),
      words_(words),
      policy_(policy.make_for_proxy()),
      follows_counts_(policy_->follows_counts()),
      frozen_(params.refresh.has_value()) {}

void Proxy::add(std::uint32_t instance, Backend backend, std::uint32_t held) {
  kept_.of(backend.number) = {held, kNowhere};
  known_.push_back({instance, std::move(backend)});
  stale_ = true;
}

void Proxy::remove(std::uint32_t number) {
  const auto found =
      std::find_if(known_.begin(), known_.end(), [&](const Known& known) { return known.backend.number == number; });
  if (found == known_.end()) return;
  std::swap(*found, known_.back());
  known_.pop_back();
  stale_ = true;
}

std::optional<Proxy::Target> Proxy::pick(Time now, std::uint64_t client) {
  if (known_.empty()) return {};
  if (stale_) choose_seen();
  const Backends seen{instance_, outstanding_, backend_, now, client};
  const std::uint32_t position = policy_->pick(seen, words_);
  return Target{instance_[position], backend_[position].number};
}

void Proxy::count(std::uint32_t number, std::uint32_t change) {
  Kept& kept = kept_.of(number);
  kept.held += change;
  if (!frozen_ && kept.position != kNowhere) show(kept.position, kept.held);
}

void Proxy::show(std::uint32_t position, std::uint32_t held) {
  const std::uint32_t before = std::exchange(outstanding_[position], held);
  if (follows_counts_ && before != held) policy_->outstanding_changed(position, before, held);
}

void Proxy::refresh() {
  if (stale_) return;  // they will be read afresh
  for (std::uint32_t i = 0; i < instance_.size(); ++i) show(i, kept_.of(backend_[i].number).held);
}

// Both ways by rank: the lowest of an order of its own, or its slice of an order that it shares with as many others as
// there are slices.
void Proxy::choose_subset(std::size_t size) {
  const bool dealt = params_.subsetting == BalancingParams::Subsetting::kDeterministic;
  const std::size_t slices = dealt ? known_.size() / size : 1;
  const std::uint64_t shuffle = dealt ? index_ / slices : index_;
  std::vector<std::uint64_t> rank;
  rank.reserve(known_.size());
  for (const Known& known : known_) rank.push_back(xxhash64(known.backend.number, shuffle));
  std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return rank[a] < rank[b]; });
  const std::size_t slice = dealt ? index_ % slices : 0;
  order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(slice * size));
  order_.resize(size);
  std::sort(order_.begin(), order_.end());
}

void Proxy::choose_seen() {
  stale_ = false;
  for (const Backend& backend : backend_) kept_.of(backend.number).position = kNowhere;
  order_.resize(known_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto subset = static_cast<std::size_t>(params_.subset.value_or(0));
  if (subset > 0 && subset < order_.size()) choose_subset(subset);
  instance_.clear();
  outstanding_.clear();
  backend_.clear();
  for (const std::size_t i : order_) {
    const Known& known = known_[i];
    Kept& kept = kept_.of(known.backend.number);
    kept.position = static_cast<std::uint32_t>(instance_.size());
    instance_.push_back(known.instance);
    outstanding_.push_back(kept.held);
    backend_.push_back(known.backend);
  }
  policy_->backends_changed({instance_, outstanding_, backend_, {}, 0});
}

}  // namespace windtunnel
