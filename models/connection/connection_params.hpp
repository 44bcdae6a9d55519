#pragma once

#include <cstdint>
#include <optional>

#include "models/connection/tls.hpp"
#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// The connections over which clients reach a service, and who chooses an instance for what: a balancer that sees
// connections (kube-proxy, a network load balancer) chooses once for all the requests of one.
struct ConnectionParams {
  enum class Protocol {
    kHttp1,  // a request at a time
    kHttp2,  // many at once
  };
  enum class Balanced { kPerConnection, kPerRequest };

  Protocol protocol = Protocol::kHttp1;
  Balanced balanced = Balanced::kPerConnection;
  std::int64_t min = 0;                      // of each client
  std::optional<std::int64_t> max;           // of each client; none: any number
  std::optional<std::int64_t> max_streams;   // requests at once over one, with HTTP/2; none: any number
  std::optional<Duration> idle_timeout;      // none: kept
  std::optional<Duration> max_age;           // none: any
  Share max_age_jitter{0.1};                 // gRPC's
  std::optional<std::int64_t> max_requests;  // over one; none: any number
  Duration round_trip{0};                    // of clients that are no services
  std::optional<Tls> tls;

  bool per_connection() const { return balanced == Balanced::kPerConnection; }
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

}  // namespace windtunnel
