#include "models/topology/request_paths.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/service/cached_steps.hpp"
#include "models/topology/call_graph.hpp"

namespace windtunnel {

namespace {

double hit_ratio(const ServiceParams& service, const std::string& cache) {
  return service.caches.at(cache).hit_ratio.value_or(Share{0}).value;
}

}  // namespace

RequestPaths::Node RequestPaths::called(const Callee& callee, const std::string& callers_class) const {
  return {callee.service, CallGraph::class_called(callee, callers_class, services_.at(callee.service).work)};
}

RequestPaths::Chain RequestPaths::longest(const std::string& service, const std::string& request_class) const {
  std::vector<Node> above;
  return longest(Node{service, request_class}, above);
}

RequestPaths::Chain RequestPaths::longest(const Node& node, std::vector<Node>& above) const {
  above.push_back(node);
  Chain out{{node.first}, 0};
  Chain deepest;  // of the calls, the one that takes longest is the way on
  for (const Step& step : steps(node)) {
    if (step.cpu) out.seconds += step.cpu->mean() / services_.at(node.first).instance.speed;
    if (step.io) out.seconds += step.io->mean();
    if (step.send && step.send->time) out.seconds += step.send->probability.value * step.send->time->mean();
    const Calls* calls = step.calls();
    if (calls == nullptr) continue;
    std::vector<Chain> chains;
    for (const Callee& callee : calls->to) {
      const Node to = called(callee, node.second);
      if (callee.probability.value == 0 || std::find(above.begin(), above.end(), to) != above.end()) continue;
      chains.push_back(longest(to, above));
    }
    if (chains.empty()) continue;
    std::stable_sort(chains.begin(), chains.end(),
                     [](const Chain& a, const Chain& b) { return a.seconds < b.seconds; });
    const auto needed = static_cast<std::size_t>(calls->wait_for.value_or(std::numeric_limits<std::int64_t>::max()));
    Chain& last = chains[std::min(needed, chains.size()) - 1];
    out.seconds += last.seconds + 2 * to_seconds(calls->network);
    if (last.seconds > deepest.seconds || deepest.services.empty()) deepest = std::move(last);
  }
  out.services.insert(out.services.end(), deepest.services.begin(), deepest.services.end());
  above.pop_back();
  return out;
}

// The least solution of the equations between all works: from none failing upwards, until nothing changes.
double RequestPaths::failing(const std::string& service, const std::string& request_class,
                             const std::set<std::string>& down) const {
  constexpr double kSettled = 1e-13;
  constexpr int kRounds = 100'000;
  std::map<Node, double> share;
  for (const auto& [name, params] : services_)
    for (const auto& [class_name, unused] : params.work) share[{name, class_name}] = down.contains(name) ? 1 : 0;
  for (int round = 0; round < kRounds; ++round) {
    double change = 0;
    for (auto& [node, value] : share) {
      if (down.contains(node.first)) continue;
      const double failed = 1 - good(node, 0, steps(node).size(), share);
      change = std::max(change, std::abs(failed - value));
      value = failed;
    }
    if (change < kSettled) break;
  }
  return share.at({service, request_class});
}

double RequestPaths::good(const Node& node, std::size_t from, std::size_t to,
                          const std::map<Node, double>& known) const {
  const std::vector<Step>& all = steps(node);
  const std::vector<CachedSteps> ranges = cached_steps(all);
  double out = 1;
  for (std::size_t k = from; k < to;) {
    const Step& step = all[k];
    const double failing =
        step.calls() == nullptr ? 0 : failing_step(*step.calls(), node.second, !step.look_up.empty(), known);
    if (step.look_up.empty()) {
      out *= 1 - failing;
      ++k;
      continue;
    }
    // Whoever gets no answer to a lookup has missed.
    const std::size_t end =
        std::find_if(ranges.begin(), ranges.end(), [&](const CachedSteps& r) { return r.lookup == k; })->end;
    const double hit = hit_ratio(services_.at(node.first), step.look_up) * (1 - failing);
    out *= hit + (1 - hit) * good(node, k + 1, end, known);
    k = end;
  }
  return out;
}

// Of the calls that leave together: how many are made, and how many of those fail.
double RequestPaths::failing_step(const Calls& calls, const std::string& callers_class, bool needed,
                                  const std::map<Node, double>& known) const {
  const std::size_t n = calls.to.size();
  std::vector<std::vector<double>> chance(n + 1, std::vector<double>(n + 1, 0));  // by made and failed
  chance[0][0] = 1;
  for (const Callee& callee : calls.to) {
    const double made = callee.probability.value;
    const double bad = !needed && callee.on_failure == OnFailure::kIgnore ? 0 : known.at(called(callee, callers_class));
    for (std::size_t m = n + 1; m-- > 0;)
      for (std::size_t f = n + 1; f-- > 0;) {
        double next = chance[m][f] * (1 - made);
        if (m > 0) next += chance[m - 1][f] * made * (1 - bad);
        if (m > 0 && f > 0) next += chance[m - 1][f - 1] * made * bad;
        chance[m][f] = next;
      }
  }
  double failing = 0;
  for (std::size_t m = 0; m <= n; ++m) {
    const std::size_t enough = calls.wait_for ? std::min(static_cast<std::size_t>(*calls.wait_for), m) : m;
    for (std::size_t f = 0; f <= m; ++f)
      if (m - f < enough) failing += chance[m][f];
  }
  return failing;
}

}  // namespace windtunnel
