#pragma once

#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
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
  std::int64_t ready() const {
    std::int64_t n = 0;
    for (const InstanceSignal& instance : instances_) n += instance.state == InstanceSignal::State::kReady ? 1 : 0;
    return n;
  }
  std::size_t size() const { return instances_.size(); }
  Time now() const { return signal_.now; }
  void set_utc(Time at_start) { utc_ = at_start; }
  void set_mean_startup(Duration startup) { signal_.mean_startup = startup; }
  void set_memory_request(double bytes) { signal_.memory_request_bytes = bytes; }
  void set_replicas(std::int64_t replicas) { signal_.spec_replicas = replicas; }

  void advance(Duration by) {
    const double seconds = to_seconds(by);
    std::int64_t outstanding = elsewhere;
    for (InstanceSignal& instance : instances_) {
      if (instance.state != InstanceSignal::State::kReady) continue;
      instance.cpu_seconds += load.cores * seconds;
      signal_.cpu_seconds += load.cores * seconds;
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
    signal_.utc = utc_ + signal_.now;
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
  Time utc_{};  // at the begin
};

// An autoscaler and what it controls: looks when it wants to look, decides when it wants to decide, and does what it
// says. New instances are ready after `startup`.
class Controlled {
 public:
  Controlled(std::unique_ptr<Autoscaler> autoscaler, std::int64_t replicas, Duration startup = {},
             double cpu_request_cores = 1)
      : service(cpu_request_cores), autoscaler_(std::move(autoscaler)), startup_(startup) {
    for (std::int64_t i = 0; i < replicas; ++i) service.start();
    service.set_mean_startup(startup);
  }

  // `shape`, if any, sets the load before each step.
  void run(Duration length) {
    const Duration sync = autoscaler_->sync_period(), look = autoscaler_->observe_period();
    const Duration step{look > Duration{} ? std::gcd(sync.count(), look.count()) : sync.count()};
    for (Duration gone{}; gone < length; gone += step) {
      if (shape) shape(service);
      service.advance(step);
      while (!starting_.empty() && starting_.front().first <= service.now()) {
        service.become_ready(starting_.front().second);
        starting_.erase(starting_.begin());
      }
      if (service.now() % sync == Time{}) decide();
      if (look > Duration{} && service.now() % look == Time{}) {
        autoscaler_->observe(service.look());
        service.latency.clear();
      }
    }
  }
  void decide() {
    last = autoscaler_->decide(service.look());
    if (last.replicas != replicas()) changes.emplace_back(service.now(), last.replicas);
    while (last.replicas > replicas()) starting_.emplace_back(service.now() + startup_, service.start(false));
    while (last.replicas < replicas()) {
      if (!starting_.empty()) starting_.pop_back();
      service.stop_newest();
    }
    if (startup_ == Duration{})
      for (; !starting_.empty(); starting_.clear())
        for (const auto& [at, id] : starting_) service.become_ready(id);
  }
  std::int64_t replicas() const { return static_cast<std::int64_t>(service.size()); }

  WatchedService service;
  std::function<void(WatchedService&)> shape;
  ScalingDecision last;
  std::vector<std::pair<Time, std::int64_t>> changes;

 private:
  std::unique_ptr<Autoscaler> autoscaler_;
  Duration startup_;
  std::vector<std::pair<Time, std::uint32_t>> starting_;
};

}  // namespace windtunnel::test
