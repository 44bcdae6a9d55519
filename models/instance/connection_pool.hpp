#pragma once

#include <cstdint>
#include <optional>

#include "sim/describe/field.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {

// Connections to another service that one process keeps and lends to its calls. The defaults are node-postgres'.
struct ConnectionPoolParams {
  std::int64_t size = 10;
  std::optional<Duration> acquire_timeout;           // none: a call waits for ever
  Duration idle_timeout = std::chrono::seconds{10};  // 0: connections are kept
  DistributionChoice connect;                        // beyond the network's way there and back; none: no time

  void describe(FieldVisitor& v);
};

}  // namespace windtunnel
