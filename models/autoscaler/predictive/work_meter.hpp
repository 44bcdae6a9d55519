#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "models/autoscaler/autoscaler.hpp"

namespace windtunnel::predictive {

// CPU time per request: what all instances used over the last time, over the requests completed in it.
class WorkMeter {
 public:
  explicit WorkMeter(Duration window) : window_(window) {}

  void look(const ServiceSignal& signal);
  // Seconds; of the last time in which something was completed. None: nothing was.
  std::optional<double> per_request() const { return per_request_; }

 private:
  struct Look {
    Time at;
    double cpu_seconds;
    std::uint64_t completed;
  };
  Duration window_;
  std::deque<Look> looks_ = {{Time{}, 0, 0}};  // the first at or before the window's begin
  std::optional<double> per_request_;
};

}  // namespace windtunnel::predictive
