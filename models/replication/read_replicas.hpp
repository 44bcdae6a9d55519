#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/replication/replication.hpp"
#include "models/service/read_replicas.hpp"
#include "sim/statistics/time_weighted.hpp"

namespace windtunnel {

// Of a service whose instances are a primary and its replicas. The primary has position 0, which its balancer does not
// see while there are others.
struct Replication::ReplicaSet {
  const ReadReplicas* params = nullptr;
  std::vector<bool> reads;       // by kind
  std::unique_ptr<Sampler> lag;  // null: none
  bool has_primary = false;
  bool next_is_primary = true;   // whoever is ready next: nobody has been yet, or nobody was when one was due
  std::int64_t last_write = -1;  // that was acknowledged
  // Books, of the measured time.
  std::uint64_t all_reads = 0, by_replicas = 0, stale = 0, promotions = 0;
  TimeWeighted without_primary;
  std::uint64_t without_before = 0;
};

}  // namespace windtunnel
