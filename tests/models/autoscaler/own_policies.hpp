#pragma once

#include "tests/models/assign.hpp"
#include "tests/models/autoscaler/watched_service.hpp"

namespace windtunnel::test {

inline Literal scaled_on(const char* metric, Literal target, Duration window = {}) {
  return Fields{{"metric", metric}, {"target", std::move(target)}, {"window", window}};
}

inline Controlled controlled(std::string_view type, const Fields& fields, std::int64_t replicas, Duration startup = {},
                             double cpu_request_cores = 1) {
  return {chosen<AutoscalerParams>(type, fields)->make(), replicas, startup, cpu_request_cores};
}

// Work that is shared by those that are ready, in cores.
inline void share(Controlled& fleet, double cores) {
  fleet.shape = [cores](WatchedService& service) {
    service.load.cores = cores / static_cast<double>(std::max<std::int64_t>(1, service.ready()));
  };
}

}  // namespace windtunnel::test
