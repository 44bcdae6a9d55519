#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"

// A service as a control loop sees it, played by a test: what is set stays, advance() lets time pass.
namespace windtunnel::test {

class WatchedService {
 public:
  // How busy each ready instance is.
  struct Load {
    double cores = 0;              // in use
    std::int64_t outstanding = 0;  // requests at a time
    std::uint64_t per_second = 0;  // requests that arrive
    double memory_bytes = 0;
  };
  Load load;
  std::int64_t waiting = 0;
  std::int64_t elsewhere = 0;  // requests in the service that are in no instance
  std::vector<double> named;
  Histogram latency;

  explicit WatchedService(double cpu_request_cores = 1) { signal_.cpu_request_cores = cpu_request_cores; }

  std::uint32_t start(bool ready = true) {
    InstanceSignal instance;
    instance.id = static_cast<std::uint32_t>(instances_.size() + gone_);
    instance.created = signal_.now;
    instances_.push_back(instance);
    ++signal_.spec_replicas;
    if (ready) become_ready(instance.id);
    return instance.id;
  }
  void become_ready(std::uint32_t id) {
    InstanceSignal& instance = of(id);
    instance.state = InstanceSignal::State::kReady;
    instance.ready_since = instance.running_since = signal_.now;
  }
  void stop_newest() {
    instances_.pop_back();
    ++gone_;
    --signal_.spec_replicas;
  }
  InstanceSignal& of(std::uint32_t id) {
    for (InstanceSignal& instance : instances_)
      if (instance.id == id) return instance;
    throw std::out_of_range("no instance " + std::to_string(id));
  }
  void set_memory_request(double bytes) { signal_.memory_request_bytes = bytes; }
  void set_replicas(std::int64_t replicas) { signal_.spec_replicas = replicas; }

  void advance(Duration by) {
    const double seconds = to_seconds(by);
    std::int64_t outstanding = elsewhere;
    for (InstanceSignal& instance : instances_) {
      if (instance.state != InstanceSignal::State::kReady) continue;
      instance.cpu_seconds += load.cores * seconds;
      instance.outstanding = load.outstanding;
      instance.outstanding_seconds += static_cast<double>(load.outstanding) * seconds;
      instance.arrived += load.per_second * static_cast<std::uint64_t>(by / std::chrono::seconds{1});
      instance.memory_bytes = load.memory_bytes;
      signal_.arrived += load.per_second * static_cast<std::uint64_t>(by / std::chrono::seconds{1});
      outstanding += load.outstanding;
    }
    signal_.outstanding = outstanding;
    signal_.outstanding_seconds += static_cast<double>(outstanding) * seconds;
    signal_.waiting = waiting;
    signal_.waiting_seconds += static_cast<double>(waiting) * seconds;
    signal_.now += by;
  }
  void end_requests(std::uint64_t completed, std::uint64_t failed) {
    signal_.completed += completed;
    signal_.failed += failed;
  }

  const ServiceSignal& look() {
    signal_.instances = instances_;
    signal_.named = named;
    signal_.latency = &latency;
    return signal_;
  }

 private:
  ServiceSignal signal_;
  std::vector<InstanceSignal> instances_;
  std::size_t gone_ = 0;
};

}  // namespace windtunnel::test
