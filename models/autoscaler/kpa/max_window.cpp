#include "models/autoscaler/kpa/max_window.hpp"

namespace windtunnel::kpa {

MaxWindow::MaxWindow(Duration length, Duration slot) : slots_((length + slot - Duration{1}) / slot), slot_(slot) {}

void MaxWindow::record(Time at, std::int64_t value) {
  const std::int64_t slot = at / slot_;
  while (!candidates_.empty() && candidates_.back().value <= value) candidates_.pop_back();
  while (!candidates_.empty() && slot - candidates_.front().slot >= slots_) candidates_.pop_front();
  candidates_.push_back({slot, value});
}

}  // namespace windtunnel::kpa
