#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace windtunnel {

// Envoy's earliest-deadline-first scheduler (source/common/upstream/edf_scheduler.h, read 2026): an entry of weight w
// comes up every 1 / w, ties in the order in which they were put in. A weight that has changed counts from its entry's
// next turn on.
class EdfSchedule {
 public:
  // Starts anew with entries 0, 1, … as if `picks` turns had been taken already. Weights are above 0.
  void begin(std::span<const double> weights, std::uint64_t picks);
  // Whose turn it is; `weight(entry)` is what it is put back with.
  template <class Weight>
  std::uint32_t pick(Weight&& weight) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Turn& turn = heap_.back();
    now_ = turn.deadline;
    turn.deadline = now_ + 1 / weight(turn.entry);
    turn.order = order_++;
    const std::uint32_t entry = turn.entry;
    std::push_heap(heap_.begin(), heap_.end(), later);
    return entry;
  }
  // When the next turn is.
  double next_deadline() const { return heap_.front().deadline; }

 private:
  struct Turn {
    double deadline;
    std::uint64_t order;
    std::uint32_t entry;
  };
  static bool later(const Turn& a, const Turn& b) {
    return a.deadline != b.deadline ? a.deadline > b.deadline : a.order > b.order;
  }

  double now_ = 0;
  std::uint64_t order_ = 0;
  std::vector<Turn> heap_;
};

}  // namespace windtunnel
