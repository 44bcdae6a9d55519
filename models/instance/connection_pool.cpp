#include "models/instance/connection_pool.hpp"

namespace windtunnel {

void ConnectionPoolParams::describe(FieldVisitor& v) {
  v.field("size", size, "Connections that it has at most; they are opened when they are first needed",
          {.lo = 1, .hi = 100'000});
  v.field("acquire_timeout", acquire_timeout,
          "How long a call waits for a connection, opening included, before it fails; none: for ever", kPositive);
  v.field("idle_timeout", idle_timeout, "A connection that nobody has used for so long is closed; 0: it is kept",
          kNonNegative);
  v.field("connect", connect,
          "What opening a connection takes beyond the network's way there and back (handshakes, authentication); none: "
          "nothing");
}

}  // namespace windtunnel
