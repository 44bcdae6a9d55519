#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// How many requests may pass in a time. Keeps its own state; time never runs backwards.
class RateLimiter {
 public:
  virtual ~RateLimiter() = default;
  // How long the request waits before it passes, 0: not at all; nothing: it is refused, and leaves no trace.
  virtual std::optional<Duration> acquire(Time now) = 0;
};

// Parameters of one limiter and whom it counts together. One .cpp per type in this folder.
class RateLimiterParams {
 public:
  enum class Per { kService, kClass, kClient };

  virtual ~RateLimiterParams() = default;
  void describe(FieldVisitor& v);
  virtual void describe_limiter(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::unique_ptr<RateLimiter> make(Time now) const = 0;
  bool concerns(const std::string& request_class) const;
  static const Registry<RateLimiterParams>& registry();

  Per per = Per::kService;
  std::vector<std::string> classes;  // empty: all
};

}  // namespace windtunnel
