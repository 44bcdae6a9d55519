#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "models/load_balancer/edf_schedule.hpp"
#include "models/load_balancer/load_balancer.hpp"
#include "models/load_balancer/slow_start.hpp"

namespace windtunnel {

// When Envoy goes by weights, and its schedule then: made anew with every change of the set of backends.
class WeightedSchedule {
 public:
  // `always`: also where all weights are the same.
  WeightedSchedule(std::optional<SlowStart> slow_start, bool always, bool random_start)
      : slow_start_(slow_start), always_(always), random_start_(random_start) {}

  void backends_changed() { stale_ = true; }

  // Whether there is a schedule for these backends. `weight(position)` is what a policy makes of the weight before slow
  // start; `word` decides where a new schedule starts.
  template <class Weight>
  bool in_force(const Backends& backends, std::uint64_t word, Weight&& weight) {
    if (stale_) begin(backends, word, weight);
    return in_force_;
  }
  template <class Weight>
  std::uint32_t pick(const Backends& backends, Weight&& weight) {
    return schedule_.pick([&](std::uint32_t position) { return slowed(backends, position, weight(position)); });
  }

 private:
  template <class Weight>
  void begin(const Backends& backends, std::uint64_t word, Weight&& weight) {
    stale_ = false;
    const auto& all = backends.backend;
    const bool equal = std::all_of(all.begin(), all.end(), [&](const Backend& b) { return b.weight == all[0].weight; });
    const bool new_ones = slow_start_ && std::any_of(all.begin(), all.end(), [&](const Backend& b) {
                            return slow_start_->covers(backends.now, b.ready_since);
                          });
    in_force_ = all.size() > 1 && (always_ || !equal || new_ones);
    if (!in_force_) return;
    weights_.clear();
    for (std::uint32_t i = 0; i < all.size(); ++i) weights_.push_back(slowed(backends, i, weight(i)));
    schedule_.begin(weights_, random_start_ ? word >> 32 : 0);
  }
  double slowed(const Backends& backends, std::uint32_t position, double weight) const {
    return slow_start_ ? weight * slow_start_->factor(backends.now, backends.backend[position].ready_since) : weight;
  }

  std::optional<SlowStart> slow_start_;
  bool always_, random_start_;
  bool stale_ = true, in_force_ = false;
  EdfSchedule schedule_;
  std::vector<double> weights_;  // scratch
};

}  // namespace windtunnel
