#include "models/cluster/karpenter/budget.hpp"

#include <algorithm>
#include <charconv>

namespace windtunnel::karpenter {

bool Budget::active(UtcSeconds now) const {
  if (!schedule) return true;
  const std::optional<UtcSeconds> hit = schedule->next(now - duration / std::chrono::seconds{1});
  return hit && *hit <= now;
}

std::string parse_nodes(const std::string& text, Budget& out) {
  const bool percent = text.ends_with('%');
  const char* const end = text.data() + text.size() - (percent ? 1 : 0);
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < 0 || (percent && value > 100))
    return "\"" + text + "\" is neither a number of nodes such as \"3\" nor a percentage such as \"10%\"";
  out.nodes = value;
  out.percent = percent;
  return {};
}

std::optional<std::int64_t> allowed_disruptions(const std::vector<Budget>& budgets, Reason reason, std::int64_t nodes,
                                                std::int64_t disrupted, UtcSeconds now) {
  std::optional<std::int64_t> least;
  for (const Budget& budget : budgets) {
    const bool applies = budget.reasons.empty() ||
                         std::find(budget.reasons.begin(), budget.reasons.end(), reason) != budget.reasons.end();
    if (!applies || !budget.active(now)) continue;
    const std::int64_t here = budget.percent ? (budget.nodes * nodes + 99) / 100 : budget.nodes;
    least = least ? std::min(*least, here) : here;
  }
  if (!least) return std::nullopt;
  return std::max<std::int64_t>(0, *least - disrupted);
}

}  // namespace windtunnel::karpenter
