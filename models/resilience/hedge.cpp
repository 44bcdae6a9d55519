#include "models/resilience/hedge.hpp"

namespace windtunnel {

void Hedge::describe(FieldVisitor& v) {
  v.field("delay", delay, "After so long without an answer the next copy leaves; a failure sends it at once",
          {.lo = 0, .required = true});
  v.field("attempts", attempts, "Copies at most, the first one included", {.lo = 2, .hi = 1000});
  v.field("budget", budget,
          "Limits the copies of all operations together; one that gets no leave is not sent. None: as many as attempts "
          "allow");
}

}  // namespace windtunnel
