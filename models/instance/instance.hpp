#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/request/request.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// A group of threads with one queue in front: an event loop's process, its worker threads, or a whole worker pool.
struct Station {
  RequestQueue queue;
  std::uint32_t waiting = 0;
  std::uint32_t threads = 1;
  std::uint32_t busy = 0;    // threads that hold a request
  std::uint32_t asleep = 0;  // threads that sleep between two looks at the queue (polling pools)
  std::uint32_t instance = kNone;
  std::uint32_t role = 0;  // 0: takes requests; 1: worker threads behind an event loop
};

// Threads that share fewer cores than they are: each runs at min(1, cores / n), by virtual time. Work is in
// nanoseconds.
struct SharedCores {
  struct Job {
    double finish;  // virtual time at which it is done
    std::uint32_t request;
  };
  double cores = 1;
  double virtual_now = 0;
  std::int64_t updated = 0;
  double used_ns = 0;  // core-nanoseconds consumed
  std::uint32_t version = 0;
  bool metered = false;    // somebody looks at what it wants: a quota, or its node
  bool frozen = false;     // its quota is used up
  double granted = 1;      // share of what it could use now, where its node is short of cores
  double withheld_ns = 0;  // core-nanoseconds that it was not granted
  std::vector<Job> jobs;   // heap, the earliest finish first

  double rate_per_job(double stretch) const;                                           // 1 = a whole core of speed 1
  double wanted() const { return std::min(static_cast<double>(jobs.size()), cores); }  // cores, of its threads
  void advance(std::int64_t now, double stretch, bool paused);
  void add(std::uint32_t request, double work);
  std::uint32_t pop();
  void remove(std::uint32_t request);
};

// One running copy of a service: what every request touches, in a cache line.
struct alignas(64) Instance {
  enum class State : std::uint8_t { kAbsent, kStarting, kReady, kDraining };

  Station main;                       // its first station; most have no other
  std::uint32_t position = kNone;     // in the service's arrays of live instances
  std::uint32_t capacity = kNone;     // most requests it holds; kNone: unlimited
  std::int64_t running_sum = 0;       // the integral of `running` over time is running_sum + running * now
  std::uint32_t running = 0;          // threads that compute, where cores are not shared
  std::uint32_t first_extra = kNone;  // its other stations
  std::uint16_t service = 0;
  State state = State::kAbsent;
  bool serving = false;  // its threads run; false while it starts
  bool plain = true;     // work takes its nominal time: not stretched, not warming up, not paused, cores not shared
  bool shared = false;   // its threads share cores
  bool paused = false;
};
static_assert(sizeof(Instance) == 64);

// Requests and limits of an instance; 0: none stated.
struct InstanceSize {
  double cpu_request = 0, cpu_limit = 0;        // cores
  double memory_request = 0, memory_limit = 0;  // bytes
};

// What outlives an instance that is killed for its memory and starts again in its place: it is one pod, of which only
// the container is another.
struct PodLife {
  std::uint32_t id = 0;  // the serial of its first instance
  Time began{};
  InstanceSize size;
  Duration backoff{};   // that the next restart would wait for
  Time restarted{};     // when the last restart was due; meaningless where there was none
  bool killed = false;  // its last container was killed …
  bool soon = false;    // … within the time that a vertical autoscaler calls quick
};

// The rest of an instance.
struct InstanceLife {
  std::uint32_t serial = 0;  // tells instances apart over the whole run
  std::uint32_t zone = 0;
  std::uint32_t life = 0;             // voids callbacks that were meant for a former instance in this slot
  std::uint32_t idle_stamp = 0;       // voids keep-alive timers (functions)
  bool executed = false;              // a request has begun on it and ended; kept where executions are billed
  bool provisioned = false;           // kept ready without requests (functions)
  std::int64_t keep_until = -1;       // of one that was started ahead of requests (functions); -1: it was not
  std::uint32_t concurrency = kNone;  // most requests past the gate
  std::uint32_t admitted = 0;         // past the gate now; kept only where there is a limit
  std::uint32_t next_process = 0;
  // Kept where somebody watches: requests given to it, and the integral of those it holds less held * now; then the
  // part of them that the service itself took in.
  std::uint64_t arrived = 0;
  std::int64_t held_sum = 0;
  std::uint64_t proxied_arrived = 0;
  std::int64_t proxied_held = 0;
  std::int64_t proxied_sum = 0;
  RequestQueue gate;
  PodLife pod;
  bool too_large = false;          // its memory has gone beyond the limit: it is killed at this instant
  double memory_peak = 0;          // bytes; kept where the use of memory is known
  double stretch = 1;              // time per unit of work
  std::int64_t slow_requests = 0;  // so many more requests take `warm_slowdown` times the CPU
  double warm_slowdown = 1;
  double fault_slowdown = 1;
  double base_speed = 1;
  std::int64_t pause_began = 0;
  Time created{};
  Time placed = kNever;         // it got its machine
  Time running_since = kNever;  // its processes run, ready or not
  Time ready_since{};
};

}  // namespace windtunnel
