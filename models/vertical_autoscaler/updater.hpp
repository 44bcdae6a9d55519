#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/vertical_autoscaler/recommender.hpp"

namespace windtunnel::vpa {

// The flags of the updater (vertical-pod-autoscaler 1.x) that matter here, with its defaults.
struct UpdaterFlags {
  Duration interval = std::chrono::minutes{1};
  std::int64_t min_replicas = 2;
  Share eviction_tolerance{0.5};
  Share update_threshold{0.1};
  Duration in_bounds_lifetime = std::chrono::hours{12};
  Duration quick_oom = std::chrono::minutes{10};

  void describe(FieldVisitor& v);
};

// A pod as the updater sees it.
struct UpdatedPod {
  std::uint32_t id = 0;
  Amounts requests;        // none: it states none
  Time started{};          // the pod, not its container
  bool quick_oom = false;  // its container was last killed out of memory, and soon after its start
};

// Why a pod is to be updated.
struct Priority {
  std::uint32_t pod = 0;
  bool outside = false;   // a request is outside of the recommended range, or missing
  bool scale_up = false;  // a request is to grow
  bool quick_oom = false;
  double difference = 0;  // sum over the resources of |request - target| / request
};

Priority priority_of(const UpdatedPod& pod, const Recommendation& recommendation);
bool worth_updating(const Priority& priority, Duration age, const UpdaterFlags& flags);
// Those to be updated: first those that want to grow, then those furthest from their target.
std::vector<Priority> in_order(std::span<const UpdatedPod> pods, const Recommendation& recommendation,
                               const UpdaterFlags& flags, Time now);

// How many of a service's pods may be disrupted in one pass.
class Disruptions {
 public:
  // `configured`: replicas asked for; `running`: pods that are not pending; `live`: pods in being.
  Disruptions(std::int64_t configured, std::int64_t running, std::int64_t live, std::int64_t min_replicas,
              double tolerance);
  bool may_disrupt() const;
  void disrupted() { ++disrupted_; }

 private:
  std::int64_t configured_, running_, tolerance_;
  bool enough_;
  std::int64_t disrupted_ = 0;
};

}  // namespace windtunnel::vpa
