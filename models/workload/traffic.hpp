#pragma once

#include <map>
#include <optional>
#include <string>

#include "models/request/call.hpp"
#include "models/resilience/client_policy.hpp"
#include "models/workload/arrival_process.hpp"
#include "models/workload/clients.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {

// One source of requests: who asks, how often, for what, and how patiently.
struct Traffic {
  std::string name;
  std::string to;  // a service
  ArrivalsChoice arrivals;
  std::map<std::string, Share> mix;  // request classes and their shares, which sum to 1; empty: one class, "default"
  std::optional<Duration> timeout;   // from arrival to answer
  OnTimeout on_timeout = OnTimeout::kContinue;
  std::optional<Clients> clients;  // none: every request is of a client of its own
  DistributionChoice patience;     // from arrival to the start of service; none: waits for ever
  ClientPolicy policy;             // what becomes of requests that fail, and which are not even sent
  std::int64_t processes = 1;      // of the client: they take turns, each with what it knows of the service

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

}  // namespace windtunnel
