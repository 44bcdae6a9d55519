#include "models/cluster/cluster_autoscaler/expander.hpp"

#include <array>
#include <limits>
#include <regex>
#include <utility>

namespace windtunnel::cluster_autoscaler {
namespace {

constexpr std::array<std::pair<std::string_view, Expander>, 6> kNames = {{{"random", Expander::kRandom},
                                                                          {"most-pods", Expander::kMostPods},
                                                                          {"least-nodes", Expander::kLeastNodes},
                                                                          {"least-waste", Expander::kLeastWaste},
                                                                          {"price", Expander::kPrice},
                                                                          {"priority", Expander::kPriority}}};

constexpr double kCorePerHour = 0.033174, kGibibytePerHour = 0.004446;

template <class Score>
std::vector<std::size_t> least(const std::vector<Option>& options, Score score) {
  std::vector<std::size_t> out;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < options.size(); ++i) {
    const double here = score(options[i]);
    if (here < best) out.clear();
    if (here <= best) out.push_back(i);
    if (here < best) best = here;
  }
  return out;
}

std::vector<std::size_t> all_of(const std::vector<Option>& options) {
  std::vector<std::size_t> out(options.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  return out;
}

std::vector<std::size_t> highest_priority(const std::vector<Option>& options, const Priorities& priorities) {
  for (auto level = priorities.rbegin(); level != priorities.rend(); ++level) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < options.size(); ++i)
      for (const std::string& pattern : level->second)
        if (std::regex_search(options[i].name, std::regex(pattern))) {
          out.push_back(i);
          break;
        }
    if (!out.empty()) return out;
  }
  return all_of(options);
}

}  // namespace

std::optional<Expander> expander_named(std::string_view flag) {
  for (const auto& [name, expander] : kNames)
    if (name == flag) return expander;
  return std::nullopt;
}

std::string expander_names() {
  std::string out;
  for (const auto& [name, expander] : kNames) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

double waste(const Option& option) {
  const double nodes = static_cast<double>(option.nodes);
  const double cpu = nodes * static_cast<double>(option.capacity.milli_cpu);
  const double memory = nodes * static_cast<double>(option.capacity.memory);
  return (cpu - static_cast<double>(option.requested.milli_cpu)) / cpu +
         (memory - static_cast<double>(option.requested.memory)) / memory;
}

double price_ratio(const Option& option) {
  const double pods = static_cast<double>(option.requested.milli_cpu) / 1000 * kCorePerHour +
                      static_cast<double>(option.requested.memory) / (1024.0 * 1024 * 1024) * kGibibytePerHour;
  return static_cast<double>(option.nodes) * option.price / pods;
}

std::vector<std::size_t> best_of(Expander by, const std::vector<Option>& options, const Priorities& priorities) {
  switch (by) {
    case Expander::kRandom:
      return all_of(options);
    case Expander::kMostPods:
      return least(options, [](const Option& o) { return -static_cast<double>(o.pods); });
    case Expander::kLeastNodes:
      return least(options, [](const Option& o) { return static_cast<double>(o.nodes); });
    case Expander::kLeastWaste:
      return least(options, waste);
    case Expander::kPrice:
      return least(options, price_ratio);
    case Expander::kPriority:
      return highest_priority(options, priorities);
  }
  return {};
}

std::size_t choose(const std::vector<Expander>& chain, const std::vector<Option>& options, const Priorities& priorities,
                   Stream& words) {
  std::vector<std::size_t> left = all_of(options);
  for (const Expander by : chain) {
    std::vector<Option> among;
    among.reserve(left.size());
    for (const std::size_t i : left) among.push_back(options[i]);
    std::vector<std::size_t> kept;
    for (const std::size_t i : best_of(by, among, priorities)) kept.push_back(left[i]);
    left = std::move(kept);
  }
  return left[words.below(static_cast<std::uint32_t>(left.size()))];
}

}  // namespace windtunnel::cluster_autoscaler
