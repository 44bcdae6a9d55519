#include "models/load_balancer/edf_schedule.hpp"

#include <cmath>
#include <numeric>

namespace windtunnel {

// After P turns at time t each entry has had floor(t w) of them, and these sum to P, so t >= P / W with W the sum of
// the weights: floor(w P / W) turns of each can be skipped. Entries stand in the order in which they were put back, at
// the deadline of their last turn. Only whole blocks of turns are skipped: which of two deadlines that should be equal
// comes first depends on how they were computed, and that must be the same for all numbers of turns but few.
void EdfSchedule::begin(std::span<const double> weights, std::uint64_t picks) {
  now_ = 0;
  order_ = 0;
  heap_.clear();
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const std::uint64_t block = std::max<std::uint64_t>(256, 4 * weights.size());
  const std::uint64_t whole_blocks = picks / block * block;
  const auto skipped = static_cast<double>(whole_blocks);
  std::uint64_t taken = 0;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    const double turns = std::floor(skipped * (weights[i] / sum));
    taken += static_cast<std::uint64_t>(turns);
    now_ = std::max(now_, turns / weights[i]);
    heap_.push_back({(turns + 1) / weights[i], 0, i});
  }
  std::vector<std::uint32_t> by_last_turn(weights.size());
  std::iota(by_last_turn.begin(), by_last_turn.end(), 0U);
  std::stable_sort(by_last_turn.begin(), by_last_turn.end(), [&](std::uint32_t a, std::uint32_t b) {
    return heap_[a].deadline - 1 / weights[a] < heap_[b].deadline - 1 / weights[b];
  });
  for (const std::uint32_t i : by_last_turn) heap_[i].order = order_++;
  std::make_heap(heap_.begin(), heap_.end(), later);
  for (; taken < picks; ++taken) pick([&](std::uint32_t i) { return weights[i]; });
}

}  // namespace windtunnel
