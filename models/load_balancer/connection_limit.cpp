#include "models/load_balancer/connection_limit.hpp"

#include <algorithm>
#include <string>

namespace windtunnel {

void ConnectionLimit::describe(FieldVisitor& v) {
  v.field("max_connections", max_connections, "Requests that a balancer lets into an instance at once",
          {.lo = 1, .hi = 1e9});
  v.field("min_connections", min_connections,
          "As many at little load; the limit grows with the balancer's requests up to max_connections at "
          "full_connections. None: it is always max_connections",
          {.lo = 1, .hi = 1e9});
  v.field("full_connections", full_connections,
          "Requests at a balancer, waiting ones included, from which on the limit is max_connections",
          {.lo = 1, .hi = 1e9});
  v.field("slow_start", slow_start,
          "So long the limit of an instance that comes up during the run grows from 1 to its full size, by whole "
          "seconds and percents",
          {.lo = 1});
  v.field("queue_timeout", queue_timeout,
          "A request that has waited so long at the balancer is refused; none: it waits as long as its client",
          kPositive);
}

void ConnectionLimit::check(Problems& p) {
  if (min_connections && *min_connections > max_connections)
    p.error("/min_connections",
            "is " + std::to_string(*min_connections) + ", above max_connections, " + std::to_string(max_connections));
}

std::int64_t ConnectionLimit::limit(std::int64_t connections) const {
  if (!min_connections || *min_connections == max_connections || connections >= full_connections)
    return max_connections;
  return std::max(*min_connections, connections * max_connections / full_connections);
}

std::int64_t ConnectionLimit::limit(std::int64_t connections, Duration since) const {
  const std::int64_t full = limit(connections);
  if (!slow_start || since >= *slow_start) return full;
  const std::int64_t percent =
      100 * (since / std::chrono::seconds{1}) / std::max<std::int64_t>(1, *slow_start / std::chrono::seconds{1});
  return std::max<std::int64_t>(1, full * percent / 100);
}

}  // namespace windtunnel
