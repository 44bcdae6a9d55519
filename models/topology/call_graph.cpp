#include "models/topology/call_graph.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

namespace windtunnel {

std::string CallGraph::class_called(const Callee& callee, const std::string& callers_class, const Work& work) {
  const std::string& wanted = callee.request_class.empty() ? callers_class : callee.request_class;
  return work.contains(wanted) ? wanted : work.contains("default") ? "default" : "";
}

CallGraph::CallGraph(const std::map<std::string, ServiceParams>& services) {
  std::map<std::pair<std::string, std::string>, std::size_t> number;
  for (const auto& [service, params] : services)
    for (const auto& [request_class, steps] : params.work) {
      number[{service, request_class}] = nodes_.size();
      nodes_.push_back({service, request_class});
    }
  for (const auto& [service, params] : services)
    for (const auto& [request_class, steps] : params.work)
      for (const Step& step : steps) {
        if (step.calls() == nullptr) continue;
        for (const Callee& callee : step.calls()->to) {
          const auto there = services.find(callee.service);
          if (there == services.end()) continue;
          const auto to = number.find({callee.service, class_called(callee, request_class, there->second.work)});
          if (to != number.end())
            edges_.push_back({number.at({service, request_class}), to->second, callee.probability.value});
        }
      }
}

// Generation by generation of calls, until what is left of them is nothing beside what came before.
CallGraph::Rates CallGraph::executions(const Rates& outside) const {
  constexpr double kNothing = 1e-12;
  constexpr int kGenerations = 100'000;
  std::vector<double> now(nodes_.size(), 0), sum(nodes_.size(), 0);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto found = outside.find({nodes_[i].service, nodes_[i].request_class});
    if (found != outside.end()) now[i] = found->second;
  }
  for (int generation = 0; generation < kGenerations; ++generation) {
    double all = 0, left = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) all += sum[i] += now[i];
    std::vector<double> next(nodes_.size(), 0);
    for (const Edge& edge : edges_) next[edge.to] += now[edge.from] * edge.calls;
    for (const double rate : next) left += rate;
    if (left <= kNothing * all) break;
    now = std::move(next);
  }
  Rates out;
  for (std::size_t i = 0; i < nodes_.size(); ++i) out[{nodes_[i].service, nodes_[i].request_class}] = sum[i];
  return out;
}

std::vector<CallGraph::Node> CallGraph::endless() const {
  boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> graph(nodes_.size());
  for (const Edge& edge : edges_) boost::add_edge(edge.from, edge.to, graph);
  std::vector<std::size_t> component_of(nodes_.size());
  if (nodes_.empty()) return {};
  const std::size_t count = boost::strong_components(
      graph, boost::make_iterator_property_map(component_of.begin(), boost::get(boost::vertex_index, graph)));
  std::vector<std::vector<std::size_t>> components(count);
  for (std::size_t node = 0; node < nodes_.size(); ++node) components[component_of[node]].push_back(node);
  for (const auto& component : components) {
    if (!multiplies(component)) continue;
    std::vector<Node> out;
    out.reserve(component.size());
    for (const std::size_t node : component) out.push_back(nodes_[node]);
    return out;
  }
  return {};
}

// Executions of a circle's work, generation by generation: they die out, or they do not.
bool CallGraph::multiplies(const std::vector<std::size_t>& component) const {
  constexpr int kGenerations = 10'000;
  constexpr double kDiedOut = 1e-3;
  std::vector<double> now(nodes_.size(), 0);
  for (const std::size_t node : component) now[node] = 1;
  const auto inside = [&](std::size_t node) {
    return std::find(component.begin(), component.end(), node) != component.end();
  };
  std::vector<Edge> circle;
  std::copy_if(edges_.begin(), edges_.end(), std::back_inserter(circle),
               [&](const Edge& edge) { return inside(edge.from) && inside(edge.to) && edge.calls > 0; });
  if (circle.empty()) return false;
  for (int generation = 0; generation < kGenerations; ++generation) {
    std::vector<double> next(nodes_.size(), 0);
    for (const Edge& edge : circle) next[edge.to] += now[edge.from] * edge.calls;
    double sum = 0;
    for (const std::size_t node : component) sum += next[node];
    if (sum < kDiedOut) return false;
    if (sum > 1 / kDiedOut * static_cast<double>(component.size())) return true;
    now = std::move(next);
  }
  return true;
}

}  // namespace windtunnel
