#pragma once

#include <array>
#include <string_view>

#include "models/load_balancer/count_index.hpp"
#include "models/load_balancer/types.hpp"

namespace windtunnel {

// Who wins among those with the fewest requests.
enum class Tie { kRandom, kFirst, kRoundRobin };
inline constexpr std::array<std::string_view, 3> kTieNames = {"random", "first", "round_robin"};
inline constexpr std::string_view kTieMeaning =
    "Who wins among those with the fewest requests: any of them at random, the first in the list, or the next in turn "
    "after the last winner";

// The backend with the fewest requests of all. One word decides among the tied, where Envoy draws one for each of them.
class LeastOfAll final : public LoadBalancer {
 public:
  explicit LeastOfAll(Tie tie) : tie_(tie) {}
  std::uint32_t pick(const Backends& backends, Stream& words) override;
  void backends_changed(const Backends&) override { stale_ = true; }
  bool follows_counts() const override { return true; }
  void outstanding_changed(std::uint32_t position, std::uint32_t from, std::uint32_t to) override {
    if (!stale_) index_.moved(position, from, to);
  }

 private:
  CountIndex index_;
  Tie tie_;
  bool stale_ = true;
  std::uint32_t last_ = ~0U;
};

}  // namespace windtunnel
