#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "models/startup/startup.hpp"
#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel::aws {

enum class PoolState { kStopped, kRunning, kHibernated };
inline constexpr std::array<std::string_view, 3> kPoolStates = {"Stopped", "Running", "Hibernated"};

// Outside of WarmPoolSpec: inside it clang takes an optional of it for one that cannot be made without arguments.
struct InstanceReuse {
  bool on_scale_in = false;
  void describe(FieldVisitor& v);
};

// A warm pool, as PutWarmPool has it, and what AWS does not say: how long its instances take.
struct WarmPoolSpec {
  using Reuse = InstanceReuse;
  std::int64_t min_size = 0;
  std::optional<std::int64_t> max_prepared;
  PoolState state = PoolState::kStopped;
  std::optional<Reuse> reuse;
  std::optional<Duration> preparation;
  Startup startup;

  void describe(FieldVisitor& v);
};

// The instances that stand by for a group. The pool is full when the run begins.
class WarmPool {
 public:
  WarmPool(const WarmPoolSpec& spec, Duration mean_startup);

  // What the pool is to hold: the most prepared (or the group's most) less the desired capacity, at least min_size.
  std::int64_t size(std::int64_t desired, std::int64_t most) const;
  // Brings the pool to its size: what is missing is prepared from now on.
  void fill(std::int64_t desired, std::int64_t most, Time now);
  // Takes up to so many instances that are ready to go.
  std::int64_t take(std::int64_t wanted, Time now);
  // Instances that the group gives up.
  void give_back(std::int64_t instances, Time now);
  std::int64_t prepared(Time now) const;

 private:
  WarmPoolSpec spec_;
  Duration preparation_;
  bool filled_ = false;
  std::deque<Time> ready_from_;  // of each instance in the pool, ascending
};

}  // namespace windtunnel::aws
