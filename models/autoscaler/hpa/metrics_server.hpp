#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>

#include "models/autoscaler/autoscaler.hpp"
#include "models/autoscaler/hpa/replica_calculator.hpp"

namespace windtunnel::hpa {

// Kubernetes' metrics-server, CPU only: from what instances have consumed to samples with a time and a window. Keeps
// the last two points of each instance; usage is the difference between them.
class MetricsServer {
 public:
  // `resolution`: time between scrapes. `lag`: from the moment of measurement to that at which the samples can be read.
  MetricsServer(Duration resolution, Duration lag) : resolution_(resolution), lag_(lag) {}

  void scrape(Time now, std::span<const InstanceSignal> instances);
  // The newest batch that can be read at `now`; times must not go back.
  const Samples& samples(Time now);

 private:
  struct Point {
    Time at{};
    std::int64_t cpu_ns = 0;  // cumulative
  };
  struct Points {
    Point last;
    std::optional<Point> previous;
  };
  struct Batch {
    Time readable_from{};
    Samples samples;
  };

  Duration resolution_, lag_;
  std::map<std::uint32_t, Points> points_;
  std::deque<Batch> batches_;  // those that can be read, but for the newest of them, are dropped
  Samples none_;
};

}  // namespace windtunnel::hpa
