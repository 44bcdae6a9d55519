#pragma once

#include <cstdint>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"

namespace windtunnel {

// Which of a control loop's reasons to leave the replicas alone are worth a record. Recommendations waver with the
// load, and a week has some forty thousand looks: a reason is on record where it is new, one that was not seen for a
// while and not with these replicas.
class ReasonLog {
 public:
  // To be told of every decision that gives a reason, in order.
  void changed(const Derivation& how, Time now);
  // Of one that leaves the replicas as they are: whether it is to be recorded.
  bool is_new_hold(const Derivation& how, std::int64_t replicas, Time now);

 private:
  struct Reason {  // to change the replicas or to leave them
    Derivation how;
    Time seen;
  };
  std::vector<Reason> reasons_;  // on record since they last changed
  bool any_ = false;             // there was one
};

}  // namespace windtunnel
