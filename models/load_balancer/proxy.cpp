#include "models/load_balancer/proxy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "models/load_balancer/priority_load.hpp"
#include "models/load_balancer/xxhash64.hpp"

namespace windtunnel {

Proxy::Proxy(const LoadBalancerParams& policy, const BalancingParams& params, std::uint32_t index, Stream words,
             std::uint32_t zones)
    : params_(params),
      policy_params_(policy),
      index_(index),
      zones_(zones),
      zone_(index % zones),
      words_(words),
      frozen_(params.refresh.has_value()) {
  follows_counts_ = group(0).policy->follows_counts();
  if (params.outlier_detection) outliers_.emplace(*params.outlier_detection);
  if (params.failure_limit) failures_.emplace(*params.failure_limit);
  if (params.outlier_detection || params.zone_routing) own_words_.emplace(words_.next(), "balancer", index);
  if (!params.zone_routing) return;
  balancers_in_.resize(zones);
  for (std::int64_t i = 0; i < params.balancers; ++i)
    ++balancers_in_[static_cast<std::size_t>(i) % balancers_in_.size()];
}

void Proxy::may_probe(Probed& probed) {
  probed_ = &probed;
  for (Group& group : groups_) group.policy->may_probe(probed);
}

Proxy::Group& Proxy::group(std::uint32_t index) {
  while (groups_.size() <= index) {
    groups_.push_back({policy_params_.make_for_proxy(), {}, {}, {}});
    if (probed_ != nullptr) groups_.back().policy->may_probe(*probed_);
    if (params_.failure_limit) groups_.back().policy->counts_failures(params_.failure_limit->max_fails);
  }
  return groups_[index];
}

LoadBalancer& Proxy::policy_of(std::uint32_t number) { return *groups_[kept_.of(number).group].policy; }

void Proxy::add(std::uint32_t instance, Backend backend, std::uint32_t held) {
  kept_.of(backend.number) = {held, kNowhere, 0};
  if (params_.health_checks) health_.of(backend.number) = {};
  held_ += held;
  known_.push_back({instance, std::move(backend)});
  members_stale_ = stale_ = true;
}

void Proxy::remove(std::uint32_t number) {
  const auto found =
      std::find_if(known_.begin(), known_.end(), [&](const Known& known) { return known.backend.number == number; });
  if (found == known_.end()) return;
  std::swap(*found, known_.back());
  known_.pop_back();
  members_stale_ = stale_ = true;
}

std::vector<std::uint32_t> Proxy::known() const {
  std::vector<std::uint32_t> out;
  for (const Known& known : known_) out.push_back(known.backend.number);
  return out;
}

// --- requests
// ----------------------------------------------------------------------------------------------------------------

bool Proxy::has_room(std::uint32_t number, Time ready_since, Time now) {
  if (!params_.connection_limit) return true;
  const auto all = static_cast<std::int64_t>(held_) + waiting;
  const Duration since = ready_since == Time{} ? Duration::max() : now - ready_since;
  return kept_.of(number).held < params_.connection_limit->limit(all, since);
}

bool Proxy::full(Time now) {
  if (!params_.connection_limit) return false;
  if (stale_ || now >= next_return_) choose_seen(now);
  bool any = false;
  for (const Group& group : groups_)
    for (const Backend& backend : group.backend) {
      any = true;
      if (has_room(backend.number, backend.ready_since, now)) return false;
    }
  return any;
}

Proxy::Target Proxy::target(const Group& group, std::uint32_t position) const {
  const Backend& backend = group.backend[position];
  return {group.instance[position], backend.number, zones_ > 1 && backend.zone != zone_};
}

// A policy that insists on one without room is asked again, as often as there are backends; then the next in the list
// that has room takes the request.
std::optional<Proxy::Target> Proxy::pick_in(Group& group, Time now, std::uint64_t client) {
  if (group.instance.empty()) return {};
  const Backends seen{group.instance, group.outstanding, group.backend, now, client};
  const auto n = static_cast<std::uint32_t>(group.instance.size());
  std::uint32_t position = group.policy->pick(seen, words_);
  if (!params_.connection_limit) [[likely]]
    return target(group, position);
  const auto room = [&](std::uint32_t at) {
    return has_room(group.backend[at].number, group.backend[at].ready_since, now);
  };
  for (std::uint32_t k = 1; k < n && !room(position); ++k) position = group.policy->pick(seen, words_);
  for (std::uint32_t k = 0; k < n; ++k)
    if (const std::uint32_t next = (position + k) % n; room(next)) return target(group, next);
  return {};
}

// Where the client's session is, if a request can go there.
std::optional<Proxy::Target> Proxy::session_target(Time now, std::uint64_t client) {
  const std::optional<std::uint32_t> number = sessions_->of(client, now);
  if (!number) return {};
  const Kept& kept = kept_.of(*number);
  if (kept.position == kNowhere) return {};
  return target(groups_[kept.group], kept.position);
}

std::optional<Proxy::Target> Proxy::pick(Time now, std::uint64_t client) {
  if (known_.empty()) return {};
  if (stale_ || now >= next_return_) choose_seen(now);
  std::optional<Target> to;
  if (sessions_ != nullptr) [[unlikely]] {
    to = session_target(now, client);
    if (to) {
      // One whose instance is full is served elsewhere this time and keeps its session.
      const Kept& kept = kept_.of(to->number);
      Group& its = groups_[kept.group];
      if (!has_room(to->number, its.backend[kept.position].ready_since, now)) return pick_in(its, now, client);
    }
  }
  if (!to) {
    const std::uint32_t chosen = params_.zone_routing ? choose_group() : 0;
    to = pick_in(groups_[chosen], now, client);
    for (std::size_t other = 0; !to && other < groups_.size(); ++other) to = pick_in(groups_[other], now, client);
  }
  if (!to) return to;
  if (sessions_ != nullptr) [[unlikely]]
    sessions_->bind(client, to->number, now);
  if (failures_) {
    failures_->picked(to->number, now);
    if (!failures_->eligible(to->number, now)) stale_ = true;
  }
  return to;
}

void Proxy::count(std::uint32_t number, std::uint32_t change) {
  Kept& kept = kept_.of(number);
  kept.held += change;
  held_ += static_cast<std::uint64_t>(static_cast<std::int32_t>(change));
  if (!frozen_ && kept.position != kNowhere) show(kept);
}

void Proxy::show(const Kept& kept) {
  Group& group = groups_[kept.group];
  const std::uint32_t before = std::exchange(group.outstanding[kept.position], kept.held);
  if (follows_counts_ && before != kept.held) group.policy->outstanding_changed(kept.position, before, kept.held);
}

void Proxy::refresh() {
  if (stale_) return;  // they will be read afresh
  for (const Group& group : groups_)
    for (const Backend& backend : group.backend) show(kept_.of(backend.number));
}

// --- health
// ------------------------------------------------------------------------------------------------------------------

void Proxy::answered(const Answer& answer) {
  policy_of(answer.number).ended(answer);
  if (outliers_) [[unlikely]] {
    if (members_stale_) choose_members();
    const std::size_t before = changes_.size();
    outliers_->answered(answer.number, answer.failed, answer.now, *own_words_, changes_);
    stale_ = stale_ || changes_.size() != before;
  }
  if (failures_) [[unlikely]] {
    const bool was = failures_->eligible(answer.number, answer.now);
    failures_->answered(answer.number, answer.failed, answer.now);
    const bool is = failures_->eligible(answer.number, answer.now);
    stale_ = stale_ || was != is;
    if (was && !is && known_.size() > 1)
      changes_.push_back({answer.number, false, std::to_string(params_.failure_limit->max_fails) + " failures"});
    if (!was && is) changes_.push_back({answer.number, true, "a request has succeeded"});
  }
}

void Proxy::sweep(Time now) {
  if (members_stale_) choose_members();
  const std::size_t before = changes_.size();
  outliers_->sweep(now, *own_words_, changes_);
  stale_ = stale_ || changes_.size() != before;
}

void Proxy::checked(std::uint32_t number, bool passed) {
  CheckedHealth& health = health_.of(number);
  if (!health.checked(passed, *params_.health_checks)) return;
  stale_ = true;
  changes_.push_back({number, health.healthy(), health.healthy() ? "health checks pass" : "health checks fail"});
}

// NGINX does not put aside the only peer of its group.
bool Proxy::usable(std::uint32_t number, Time now) {
  if (outliers_ && outliers_->ejected(number)) return false;
  if (params_.health_checks && !health_.of(number).healthy()) return false;
  if (!failures_ || members_.size() == 1 || failures_->eligible(number, now)) return true;
  next_return_ = std::min(next_return_, failures_->eligible_from(number));
  return false;
}

// --- what policies see
// -------------------------------------------------------------------------------------------------------

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

void Proxy::choose_members() {
  members_stale_ = false;
  order_.resize(known_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto subset = static_cast<std::size_t>(params_.subset.value_or(0));
  if (subset > 0 && subset < order_.size()) choose_subset(subset);
  members_ = order_;
  if (!outliers_) return;
  std::vector<std::uint32_t> numbers;
  for (const std::size_t i : members_) numbers.push_back(known_[i].backend.number);
  outliers_->set_hosts(std::move(numbers));
}

// Counts by zone, of those that are healthy and of all.
void Proxy::plan_zones(std::vector<std::int64_t> healthy, std::vector<std::int64_t> all) {
  plan_.reset();
  own_share_ = 100;
  const ZoneRouting& routing = *params_.zone_routing;
  const auto sum = [](const std::vector<std::int64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  };
  if (routing.mode == ZoneRouting::Mode::kZoneAware) {
    if (zones_matter(balancers_in_, healthy, zone_, routing.min_cluster_size))
      plan_.emplace(balancers_in_, healthy, zone_);
  } else if (routing.mode == ZoneRouting::Mode::kFailover) {
    const std::array<PriorityLevel, 2> levels = {
        PriorityLevel{all[zone_], healthy[zone_], 0, 0},
        PriorityLevel{sum(all) - all[zone_], sum(healthy) - healthy[zone_], 0, 0}};
    const auto factor = static_cast<std::int64_t>(std::llrint(routing.overprovisioning_factor * 100));
    own_share_ = priority_loads(levels, factor, params_.panic_threshold.value * 100).healthy[0];
  } else if (routing.mode == ZoneRouting::Mode::kSameZone) {
    own_share_ = healthy[zone_] > 0 ? 100 : 0;
  }
}

std::uint32_t Proxy::choose_group() {
  if (groups_.size() == 1) return 0;
  if (plan_) {
    const std::uint64_t stays = own_words_->next(), where = own_words_->next();
    return static_cast<std::uint32_t>(plan_->pick(stays, where));
  }
  if (own_share_ == 100) return 0;
  const std::int64_t hash = static_cast<std::int64_t>(own_words_->below(100)) + 1;
  return static_cast<std::uint32_t>(PriorityLoads{{own_share_, 100 - own_share_}, {}, {}}.level(hash));
}

void Proxy::choose_seen(Time now) {
  if (members_stale_) choose_members();
  stale_ = false;
  next_return_ = kNever;
  for (Group& group : groups_) {
    for (const Backend& backend : group.backend) kept_.of(backend.number).position = kNowhere;
    group.instance.clear();
    group.outstanding.clear();
    group.backend.clear();
  }
  std::vector<std::size_t> healthy;
  for (const std::size_t i : members_)
    if (usable(known_[i].backend.number, now)) healthy.push_back(i);
  // Envoy's panic: with too few healthy ones left it is better to use them all. NGINX has none.
  const bool panics = !failures_ && 100.0 * static_cast<double>(healthy.size()) <
                                        params_.panic_threshold.value * 100 * static_cast<double>(members_.size());
  if (panics) healthy = members_;

  const bool zoned = params_.zone_routing && zones_ > 1 && params_.zone_routing->mode != ZoneRouting::Mode::kAny;
  if (zoned) {
    std::vector<std::int64_t> healthy_in(zones_), all_in(zones_);
    for (const std::size_t i : healthy) ++healthy_in[known_[i].backend.zone];
    for (const std::size_t i : members_) ++all_in[known_[i].backend.zone];
    plan_zones(std::move(healthy_in), std::move(all_in));
    if (panics) plan_.reset();
  }
  const bool by_priority = zoned && params_.zone_routing->mode != ZoneRouting::Mode::kZoneAware;
  for (const std::size_t i : healthy) {
    const Known& known = known_[i];
    std::uint32_t which = 0;
    if (plan_)
      which = known.backend.zone;
    else if (by_priority)
      which = known.backend.zone == zone_ ? 0 : 1;
    Group& its = group(which);
    Kept& kept = kept_.of(known.backend.number);
    kept.group = which;
    kept.position = static_cast<std::uint32_t>(its.instance.size());
    its.instance.push_back(known.instance);
    its.outstanding.push_back(kept.held);
    its.backend.push_back(known.backend);
  }
  for (const Group& its : groups_)
    if (!its.instance.empty()) its.policy->backends_changed({its.instance, its.outstanding, its.backend, {}, 0});
}

}  // namespace windtunnel
