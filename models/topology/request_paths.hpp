#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/service/service_params.hpp"

namespace windtunnel {

// What becomes of a request on its way through services that call each other, without queues. Requires a call graph
// that is not endless (CallGraph::endless), and calls to services and classes that there are.
class RequestPaths {
 public:
  using Services = std::map<std::string, ServiceParams>;
  explicit RequestPaths(const Services& services) : services_(services) {}

  struct Chain {
    std::vector<std::string> services;
    double seconds = 0;
  };
  // The mean time of a request that makes every call and waits nowhere, and the services along the way that decides it:
  // of calls that leave together the one that is waited for last (with `wait_for`, the last of those that are needed).
  // Work that calls itself is followed once.
  Chain longest(const std::string& service, const std::string& request_class) const;

  // Share of these requests that fail while the services `down` answer nothing: exactly, by the probabilities of the
  // calls, what they tolerate (on_failure) and what is enough (wait_for). Caches hit by their hit_ratio, where it is
  // given; the others are taken to be empty.
  double failing(const std::string& service, const std::string& request_class, const std::set<std::string>& down) const;

 private:
  using Node = std::pair<std::string, std::string>;
  Chain longest(const Node& node, std::vector<Node>& above) const;
  // Of steps from … to: what a miss does is done by those that miss.
  double good(const Node& node, std::size_t from, std::size_t to, const std::map<Node, double>& known) const;
  // `needed`: an answer that could be done without counts as well.
  double failing_step(const Calls& calls, const std::string& callers_class, bool needed,
                      const std::map<Node, double>& known) const;
  Node called(const Callee& callee, const std::string& callers_class) const;
  const std::vector<Step>& steps(const Node& node) const { return services_.at(node.first).work.at(node.second); }

  const Services& services_;
};

}  // namespace windtunnel
