#pragma once

#include <cstdint>
#include <string>

namespace windtunnel {

// What a service graph does not say and a scenario needs.
struct GraphAssumptions {
  double cpu_ms = 1;        // of a request, or of computing 100 digits of pi once (muBench)
  double rate = 20;         // requests per second from outside, where the graph says nothing of users
  std::int64_t users = 10;  // where it does: so many, who wait in between as the graph says
  std::string entry;        // the service that requests from outside go to; empty: the one that nobody calls
};

// A scenario, as text in the format's own spelling, of a muBench workmodel or of a graph of services with the calls,
// resources and Locust tasks of each; its description says what was assumed. `file` stands for the graph in messages.
// Throws ConfigError with everything that is wrong.
//   muBench  a request does its internal work first; groups of external services are called in parallel, the services
//   of
//            a group one after the other, each by its probability
std::string import_service_graph(const std::string& text, const std::string& file, const GraphAssumptions& assumed);

}  // namespace windtunnel
