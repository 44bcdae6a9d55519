#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "cli/format/format.hpp"

namespace windtunnel::cli {
namespace {

bool is_routine(const Decision& d) {
  return d.kind == "hold" || d.kind.rfind("instance_", 0) == 0 || d.kind == "node_added" || d.kind == "node_draining";
}
bool is_of_nodes(const Decision& d) { return d.kind == "nodes_requested" || d.kind == "node_removed"; }
bool is_scaling(const Decision& d) { return d.kind == "scale_up" || d.kind == "scale_down" || is_of_nodes(d); }

// Consecutive scalings of one service, or of the nodes, in one direction; or one decision of another kind.
struct Group {
  const Decision* first = nullptr;
  const Decision* last = nullptr;
  std::size_t size = 0;
};

// "4 -> 7: why" or "4 -> 7 replicas: why" in its parts; the arrow is what scalings of every policy have in common.
struct Step {
  std::string from, to, why;
};
std::optional<Step> step_of(const std::string& sentence) {
  static constexpr std::string_view kDigits = "0123456789", kArrow = " -> ", kNoun = " replicas";
  const auto arrow = sentence.find_first_not_of(kDigits);
  if (arrow == std::string::npos || arrow == 0 || sentence.compare(arrow, kArrow.size(), kArrow) != 0)
    return std::nullopt;
  const auto to = arrow + kArrow.size();
  const auto end = std::min(sentence.find_first_not_of(kDigits, to), sentence.size());
  const bool noun = sentence.compare(end, kNoun.size(), kNoun) == 0;
  return Step{sentence.substr(0, arrow), sentence.substr(to, end - to),
              sentence.substr(noun ? end + kNoun.size() : end)};
}

Digest::Line tell(const Group& group) {
  Digest::Line line{group.first->time_s, group.first->service, group.first->sentence};
  if (group.size == 1) return line;
  const std::string until = " until " + clock_text(group.last->time_s);
  const auto first = step_of(group.first->sentence), last = step_of(group.last->sentence);
  if (is_of_nodes(*group.first)) {
    const char* const what = group.first->kind == "node_removed" ? " nodes" : " times";
    line.sentence = std::to_string(group.size) + what + until + ", at first " + group.first->sentence;
  } else if (first && last) {
    line.sentence =
        first->from + " -> " + last->to + " replicas in " + std::to_string(group.size) + " steps" + until + first->why;
  } else {
    line.sentence = std::to_string(group.size) + (group.first->kind == "scale_up" ? " times up" : " times down") +
                    until + ": " + group.first->sentence;
  }
  return line;
}

}  // namespace

Digest digest(const std::vector<Decision>& decisions, std::size_t most_lines) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> open;  // the service's group of scalings that may still grow
  for (const Decision& d : decisions) {
    if (is_routine(d)) continue;
    const auto found = open.find(d.service);
    if (is_scaling(d) && found != open.end() && groups[found->second].first->kind == d.kind) {
      groups[found->second].last = &d;
      ++groups[found->second].size;
      continue;
    }
    if (is_scaling(d)) {
      open[d.service] = groups.size();
    } else if (d.service.empty()) {
      open.clear();  // what happens to everybody separates the scalings of everybody
    } else {
      open.erase(d.service);
    }
    groups.push_back({&d, &d, 1});
  }

  // Where there is no room for all: what was done to the deployment first, then the longest runs of scalings.
  std::vector<std::size_t> order(groups.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool scaling_a = is_scaling(*groups[a].first), scaling_b = is_scaling(*groups[b].first);
    if (scaling_a != scaling_b) return scaling_b;
    return scaling_a && groups[a].size > groups[b].size;
  });
  Digest out;
  for (std::size_t i = most_lines; i < order.size(); ++i) out.more += groups[order[i]].size;
  order.resize(std::min(order.size(), most_lines));
  std::sort(order.begin(), order.end());
  for (const std::size_t i : order) out.lines.push_back(tell(groups[i]));
  return out;
}

}  // namespace windtunnel::cli
