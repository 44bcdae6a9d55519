#pragma once

#include <string>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {

// Instances that are copies of one another's data: one of them, the primary, takes what writes; the others answer what
// only reads, from data that is older by the replication lag. With no other instance ready the primary answers reads
// too. When the primary goes, the oldest ready instance is promoted after a while; until then nothing can be written.
struct ReadReplicas {
  std::vector<std::string> reads;  // request classes; all others write
  DistributionChoice lag;          // none: replicas are never behind
  Duration failover = std::chrono::seconds{30};

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

}  // namespace windtunnel
