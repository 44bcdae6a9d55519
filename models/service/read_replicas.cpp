#include "models/service/read_replicas.hpp"

namespace windtunnel {

void ReadReplicas::describe(FieldVisitor& v) {
  v.field("reads", reads, "Request classes that only read: the balancer chooses a replica for them. All others write",
          kRequired);
  v.field("lag", lag, "How old a replica's data are when it begins a read, drawn anew each time; none: not at all");
  v.field("failover", failover,
          "From the loss of the primary until the oldest ready instance is promoted; writes are refused meanwhile",
          kNonNegative);
}

void ReadReplicas::check(Problems& p) {
  if (reads.empty()) p.error("/reads", "names no request class, so that no request would go to a replica");
}

}  // namespace windtunnel
