#pragma once

#include <cstdint>
#include <map>

#include "sim/time.hpp"

namespace windtunnel::cluster_autoscaler {

// How long a node group is left alone after its nodes did not come: first `initial`, then twice as long each time up to
// `longest`. A failure during a backoff begins it again without making it longer. What is older than `reset` is
// forgotten.
class Backoff {
 public:
  Backoff(Duration initial, Duration longest, Duration reset) : initial_(initial), longest_(longest), reset_(reset) {}

  Time fail(std::uint32_t group, Time now);  // until when the group is left alone
  bool active(std::uint32_t group, Time now) const;
  void forget_old(Time now);
  std::size_t remembered() const { return groups_.size(); }

 private:
  struct State {
    Duration length{};
    Time until{};
    Time last_failure{};
  };
  Duration initial_, longest_, reset_;
  std::map<std::uint32_t, State> groups_;
};

}  // namespace windtunnel::cluster_autoscaler
