#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/service/service_params.hpp"

namespace windtunnel {

// Which work calls which: a node for each request class that a service has work for, an edge for each call.
class CallGraph {
 public:
  struct Node {
    std::string service;
    std::string request_class;
  };
  // Calls to services that there are not, or to classes that they have no work for, are left out.
  explicit CallGraph(const std::map<std::string, ServiceParams>& services);

  // The class of work that a call asks for; empty: the service has none for it.
  static std::string class_called(const Callee& callee, const std::string& callers_class, const Work& work);

  // Executions of each work per second, by service and class, where so many are asked for from outside (traffic
  // equations). Requires that nothing is endless().
  using Rates = std::map<std::pair<std::string, std::string>, double>;
  Rates executions(const Rates& outside) const;

  // Work that calls itself, directly or through others, so often that each request becomes ever more of them: the nodes
  // of one such circle, each once; empty: there is none.
  std::vector<Node> endless() const;

 private:
  struct Edge {
    std::size_t from, to;
    double calls;  // per execution of `from`, on average
  };
  bool multiplies(const std::vector<std::size_t>& component) const;

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
};

}  // namespace windtunnel
