#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/resilience/client_policy.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// What the server does with a request whose client has given up.
enum class OnTimeout {
  kContinue,  // nothing tells it: the work is done and wasted
  kCancel,    // the connection's end is noticed: it leaves the queue, or its work stops
};

inline constexpr std::array<std::string_view, 2> kOnTimeoutNames = {"continue", "cancel"};

enum class OnFailure {
  kFail,    // the caller's own request fails with it
  kIgnore,  // the caller answers without it
};

// A service that another calls.
struct Callee {
  std::string service;
  std::string request_class;  // empty: the caller's, or "default" where the service has no work for that
  Share probability{1};
  std::optional<Duration> timeout;  // from departure to answer, at the caller
  OnTimeout on_timeout = OnTimeout::kContinue;
  OnFailure on_failure = OnFailure::kFail;
  std::string pool;     // of the caller's, whose connections it goes over; empty: none
  ClientPolicy policy;  // of each instance of the caller

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

// Synchronous calls that leave together: the caller's request waits for the answers.
struct Calls {
  std::vector<Callee> to;
  std::optional<std::int64_t> wait_for;  // successes that are enough; none: all that were made
  Duration network{0};                   // there, and again back
};

struct SingleCall : Calls {  // {"service": …, "network": …}
  SingleCall() { to.resize(1); }
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

struct ParallelCalls : Calls {  // {"to": [ … ], "wait_for": …, "network": …}
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

}  // namespace windtunnel
