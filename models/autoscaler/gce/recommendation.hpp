#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "models/autoscaler/gce/spec.hpp"
#include "sim/time.hpp"

// What becomes of a managed instance group's recommended size before it is carried out.
namespace windtunnel::gce {

// The size that CPU asks for. `initialized` and `all` are sums of utilizations, over the VMs past their initialization
// period and over those that serve: the former is a reason to grow, the latter to shrink.
std::int64_t recommended_by_cpu(std::int64_t current, double initialized, double all, double target);

class History {
 public:
  History(Duration stabilization, std::optional<ScaleInControl> control)
      : stabilization_(stabilization), control_(control) {}

  struct Size {
    std::int64_t stabilized = 0;  // the highest recommendation of the stabilization period, where it is below current
    std::int64_t controlled = 0;  // what the scale-in control makes of it
  };
  // Call once per evaluation; it takes for granted that what is given as `current` was the size until now.
  Size settle(Time now, std::int64_t current, std::int64_t recommended);

 private:
  struct Entry {
    Time at{};
    std::int64_t size = 0;
  };
  static std::int64_t peak(std::deque<Entry>& entries, Entry entry, Duration window);

  Duration stabilization_;
  std::optional<ScaleInControl> control_;
  bool begun_ = false;
  std::deque<Entry> recommended_, sizes_;  // sizes that no later one reaches
};

}  // namespace windtunnel::gce
