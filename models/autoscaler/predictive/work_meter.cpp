#include "models/autoscaler/predictive/work_meter.hpp"

namespace windtunnel::predictive {

void WorkMeter::look(const ServiceSignal& signal) {
  looks_.push_back({signal.now, signal.cpu_seconds, signal.completed});
  while (looks_.size() > 2 && looks_[1].at <= signal.now - window_) looks_.pop_front();
  const Look &from = looks_.front(), &to = looks_.back();
  if (to.completed == from.completed) return;
  per_request_ = (to.cpu_seconds - from.cpu_seconds) / static_cast<double>(to.completed - from.completed);
}

}  // namespace windtunnel::predictive
