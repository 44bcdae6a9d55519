#pragma once

#include <cstdint>

#include "models/load_balancer/per_backend.hpp"
#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// NGINX' max_fails and fail_timeout (ngx_http_upstream_round_robin.c, revision 3f6f7824). What a failure does to the
// effective weight is SmoothTurns'.
struct FailureLimit {
  std::int64_t max_fails = 1;
  Duration fail_timeout = std::chrono::seconds{10};

  void describe(FieldVisitor& v);
};

// What one worker keeps of its peers. Its clock has whole seconds.
class FailureCounts {
 public:
  explicit FailureCounts(const FailureLimit& limit) : limit_(limit) {}

  bool eligible(std::uint32_t number, Time now);
  // A request goes there: after a failure period it is the one that finds out.
  void picked(std::uint32_t number, Time now);
  void answered(std::uint32_t number, bool failed, Time now);
  // When one that isn't eligible now will be.
  Time eligible_from(std::uint32_t number);

 private:
  struct Peer {
    std::int64_t fails = 0;
    std::int64_t accessed = 0, checked = 0;  // seconds
  };
  static std::int64_t seconds(Time now) { return now / std::chrono::seconds{1}; }
  std::int64_t timeout() const { return limit_.fail_timeout / std::chrono::seconds{1}; }

  const FailureLimit& limit_;
  PerBackend<Peer> peers_;
};

}  // namespace windtunnel
