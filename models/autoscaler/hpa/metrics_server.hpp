#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "models/autoscaler/hpa/pod.hpp"

namespace windtunnel::hpa {

// The way of CPU and memory usage to the resource metrics API: the kubelet measures the containers, metrics-server
// (0.8) scrapes the kubelet and keeps the last two points of each; CPU usage is the difference between them, memory the
// later one's working set. Instances are pods of one container; memory that is not known (0 bytes) is not reported.
class MetricsServer {
 public:
  struct Terms {
    Duration resolution = std::chrono::seconds{15};  // time between scrapes, the first after one such time
    Duration sampling{0};  // between the kubelet's measurements, the same way; 0: it measures when it is asked
    Duration lag{0};       // from a scrape to the moment at which its figures can be read
    std::string container;
  };
  explicit MetricsServer(Terms terms);

  // How often measure() is to be called.
  Duration period() const;
  // `has_cpu`: CPU can be measured; else no pod has a figure of it.
  void measure(Time now, std::span<const InstanceSignal> instances, bool has_cpu = true);
  // The newest figures that can be read at `now`; times must not go back.
  const std::vector<PodMetrics>& pods(Time now);

 private:
  struct Point {
    Time at{};
    Time started{};
    std::int64_t cpu_ns = 0;  // cumulative
    std::int64_t memory_bytes = 0;
  };
  struct Points {
    Point last;
    std::optional<Point> previous;
  };
  struct Batch {
    Time readable_from{};
    std::vector<PodMetrics> pods;
  };

  void scrape(Time at);
  void scrape_until(Time now);
  std::optional<Point> before(const Point& now, std::uint32_t pod) const;

  Terms terms_;
  Time next_scrape_;
  bool has_cpu_ = true;
  std::map<std::uint32_t, Point> measured_;  // the kubelet's
  std::map<std::uint32_t, Points> points_;
  std::deque<Batch> batches_;  // those that can be read, but for the newest of them, are dropped
};

}  // namespace windtunnel::hpa
