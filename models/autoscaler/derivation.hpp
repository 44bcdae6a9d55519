#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// How a control loop got from what it saw to a number of replicas, on record.
namespace windtunnel {

// What a rule made of the number that reached it: a window, a limit, a bound, by the policy's own name for it.
struct Ruling {
  std::string rule;
  std::int64_t before = 0, after = 0;

  bool operator==(const Ruling&) const = default;
};

struct Derivation {
  std::optional<std::int64_t> recommendation;  // before any rule; none: what was seen allows none
  std::vector<Ruling> rules{};                 // those that changed it, in the order in which they were applied

  // Nothing is noted where `rule` changed nothing.
  void apply(std::string_view rule, std::int64_t before, std::int64_t after) {
    if (before != after) rules.push_back({std::string(rule), before, after});
  }
  // The same recommendation under the same rules; what the rules made of it may differ.
  bool same_reason(const Derivation& other) const {
    if (recommendation != other.recommendation || rules.size() != other.rules.size()) return false;
    for (std::size_t i = 0; i < rules.size(); ++i)
      if (rules[i].rule != other.rules[i].rule) return false;
    return true;
  }
};

}  // namespace windtunnel
