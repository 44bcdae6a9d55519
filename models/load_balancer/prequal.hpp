#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/time.hpp"

namespace windtunnel {

// The parts of Prequal (Wydrowski et al., NSDI 2024) that can be looked at alone.

// What a probe found, and how often it may still be used.
struct Probe {
  std::uint32_t number = 0;     // of the backend
  std::uint32_t in_flight = 0;  // requests there, and those that this balancer has sent there since
  Duration latency{0};
  Time at{};
  std::int64_t uses = 1;
};

// A balancer's probes, the oldest first. One with more requests in flight than `hot` is hot; the others are cold.
class ProbePool {
 public:
  // The oldest makes room.
  void add(const Probe& probe, std::size_t most);
  void expire(Time now, Duration max_age);
  void forget_all_but(std::span<const std::uint32_t> numbers);
  // Of the cold ones that with the lowest latency; if all are hot, that with the fewest requests. Requires one.
  std::size_t best(double hot) const;
  void use(std::size_t index);
  // Of the hot ones that with the most requests; if all are cold, that with the highest latency.
  void remove_worst(double hot);
  void remove_oldest();

  std::size_t size() const { return probes_.size(); }
  const Probe& operator[](std::size_t index) const { return probes_[index]; }

 private:
  std::vector<Probe> probes_;
};

// The numbers of requests that the last 128 probes found.
class InFlightSeen {
 public:
  void add(std::uint32_t in_flight);
  // The quantile; at 0 one below all, at 1 one above all, so that all probes are hot, or cold.
  double quantile(double q) const;

 private:
  std::vector<std::uint32_t> last_;
  std::size_t next_ = 0;
};

// How often a probe may be used, where a pool of `pool` probes gets `probes` new ones for each request and loses
// `removed`, among `backends`; none: as often as one likes, as the pool would run dry otherwise.
std::optional<double> probe_reuse(double delta, double pool, double backends, double probes, double removed);

// At a backend: the latencies of its last requests, by how many it held when each came.
class LatencyByLoad {
 public:
  void record(std::uint32_t in_flight, Duration latency);
  // The median of those that met this many, or else the nearest number; 0: none has ended yet.
  Duration estimate(std::uint32_t in_flight) const;

 private:
  static constexpr std::size_t kKept = 16;
  struct Recent {
    std::vector<Duration> last;
    std::size_t next = 0;
  };
  std::vector<Recent> by_load_;
};

}  // namespace windtunnel
