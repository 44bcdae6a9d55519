#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/calendar/cron.hpp"
#include "sim/time.hpp"

// How many nodes of a pool Karpenter (1.14) may take out of service at a time: a NodePool's disruption.budgets.
namespace windtunnel::karpenter {

enum class Reason { kEmpty, kUnderutilized, kDrifted };

struct Budget {
  std::int64_t nodes = 10;
  bool percent = true;           // of the pool's nodes, rounded up
  std::vector<Reason> reasons;   // empty: all
  std::optional<Cron> schedule;  // none: always
  Duration duration{};           // for which it holds after each moment of the schedule

  bool active(UtcSeconds now) const;
};

// Reads "10%" or "3". What is wrong with the text, or nothing.
std::string parse_nodes(const std::string& text, Budget& out);

// Nodes that may be disrupted for the reason, of `nodes` of which so many are disrupted (being removed, or unready)
// already. None where no budget applies: any number.
std::optional<std::int64_t> allowed_disruptions(const std::vector<Budget>& budgets, Reason reason, std::int64_t nodes,
                                                std::int64_t disrupted, UtcSeconds now);

}  // namespace windtunnel::karpenter
