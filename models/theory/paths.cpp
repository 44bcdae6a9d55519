#include "models/theory/paths.hpp"

#include <algorithm>

#include "models/topology/request_paths.hpp"

namespace windtunnel {
namespace {

bool calls_any(const Scenario& scenario) {
  for (const auto& [unused, params] : scenario.services)
    for (const auto& [request_class, steps] : params.work)
      for (const Step& step : steps)
        if (step.calls() != nullptr) return true;
  return false;
}

PathsOf paths_of(const Scenario& scenario, const Traffic& source, const std::string& request_class,
                 const Result& result) {
  const RequestPaths paths(scenario.services);
  const Work& work = scenario.services.at(source.to).work;
  const std::string asked = work.contains(request_class) ? request_class : "default";
  RequestPaths::Chain chain = paths.longest(source.to, asked);
  PathsOf out;
  out.traffic = source.name;
  out.request_class = request_class;
  out.longest = std::move(chain.services);
  out.unloaded_s = chain.seconds;
  const std::string metric = source.name + (request_class.empty() ? "" : "." + request_class) + ".latency.mean";
  if (const Metric* found = result.find_metric(metric)) out.simulated = found->estimate;
  for (const auto& [name, unused] : scenario.services)
    if (const double share = paths.failing(source.to, asked, {name}); share > 0)
      out.blast_radius.push_back({name, share});
  std::stable_sort(out.blast_radius.begin(), out.blast_radius.end(),
                   [](const PathsOf::Blast& a, const PathsOf::Blast& b) { return a.share > b.share; });
  return out;
}

}  // namespace

std::vector<PathsOf> compare_paths(const Scenario& scenario, const Result& result) {
  std::vector<PathsOf> out;
  if (!calls_any(scenario)) return out;
  for (const Traffic& source : scenario.traffic) {
    if (scenario.queues.contains(source.to)) continue;
    if (source.mix.empty()) out.push_back(paths_of(scenario, source, "", result));
    for (const auto& [request_class, unused] : source.mix)
      out.push_back(paths_of(scenario, source, request_class, result));
  }
  return out;
}

}  // namespace windtunnel
