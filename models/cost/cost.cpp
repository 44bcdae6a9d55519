#include "models/cost/cost.hpp"

namespace windtunnel {

void Cost::describe(FieldVisitor& v) {
  v.field("per_instance_hour", per_instance_hour, "Price of one instance for one hour, by service; none: free",
          kNonNegative);
  v.field("per_node_hour", per_node_hour, "Price of one node for one hour, where the node group has none of its own",
          kNonNegative);
  v.field("per_request", per_request, "Price of each request that arrives", kNonNegative);
  v.field("currency", currency, "What prices are in");
}

}  // namespace windtunnel
