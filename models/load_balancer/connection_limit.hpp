#pragma once

#include <cstdint>
#include <optional>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// HAProxy's maxconn, minconn and fullconn of a server, and its queue in front of them (configuration manual, queue.c):
// how many requests a balancer lets into an instance at once. The others wait at the balancer.
struct ConnectionLimit {
  std::int64_t max_connections = 100;
  std::optional<std::int64_t> min_connections;  // none: max_connections, whatever the load
  std::int64_t full_connections = 1000;
  std::optional<Duration> slow_start;
  std::optional<Duration> queue_timeout;

  void describe(FieldVisitor& v);
  void check(Problems& p);
  // For one instance, while the balancer has so many requests in all.
  std::int64_t limit(std::int64_t connections) const;
  // The same for an instance that came up so long ago.
  std::int64_t limit(std::int64_t connections, Duration since) const;
};

}  // namespace windtunnel
