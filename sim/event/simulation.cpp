#include "sim/event/simulation.hpp"

#include <algorithm>
#include <utility>

namespace windtunnel {

Simulation::CallbackId Simulation::at(Time when, std::function<void()> action) {
  std::uint32_t slot;
  if (!free_callbacks_.empty()) {
    slot = free_callbacks_.back();
    free_callbacks_.pop_back();
  } else {
    slot = static_cast<std::uint32_t>(callbacks_.size());
    callbacks_.emplace_back();
  }
  Callback& callback = callbacks_[slot];
  callback.action = std::move(action);
  schedule(std::max(when.count(), now_), kCallbackKind, slot, callback.stamp);
  return {slot, callback.stamp};
}

void Simulation::cancel(CallbackId id) {
  if (id.slot >= callbacks_.size() || callbacks_[id.slot].stamp != id.stamp) return;
  callbacks_[id.slot].action = nullptr;
  ++callbacks_[id.slot].stamp;
  free_callbacks_.push_back(id.slot);
}

void Simulation::fire(const Event& e) {
  Callback& callback = callbacks_[e.target()];
  if (callback.stamp != e.stamp()) return;
  const std::function<void()> action = std::exchange(callback.action, nullptr);
  ++callback.stamp;
  free_callbacks_.push_back(e.target());
  action();
}

std::uint32_t Simulation::add_source() {
  sources_.emplace_back();
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

}  // namespace windtunnel
