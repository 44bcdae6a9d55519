#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/describe/field.hpp"

namespace windtunnel {

enum class Jitter {
  kUnchanged,     // the interval itself
  kFull,          // uniform below the interval: AWS SDKs, gRPC (A6)
  kEqual,         // half of the interval, and uniform below the other half
  kDecorrelated,  // uniform between base and three times the last wait, which first is the base
  kRandomized,    // the interval times uniform 1 - factor … 1 + factor: resilience4j, newer gRPC with a factor of 0.2
  kEnvoy,         // whole milliseconds uniform below the interval, as Envoy's JitteredExponentialBackOffStrategy
  kExponential,   // exponential, with the interval for its mean: retrial queues
};
inline constexpr std::array<std::string_view, 7> kJitterNames = {"none",       "full",  "equal",      "decorrelated",
                                                                 "randomized", "envoy", "exponential"};

// How long a client waits before it tries again. The interval before the n-th retry is min(cap, base multiplier^(n-1)).
struct Backoff {
  Duration base = std::chrono::milliseconds{100};
  double multiplier = 2;
  std::optional<Duration> cap;
  Jitter jitter = Jitter::kFull;
  double factor = 0.5;  // of kRandomized

  void describe(FieldVisitor& v);
  void check(Problems& p);

  Duration interval(std::int64_t retry) const;  // retry >= 1
  // The wait before the retry-th retry; `last`: that before the one before it, if any. One random word decides.
  Duration wait(std::int64_t retry, std::optional<Duration> last, std::uint64_t word) const;
};

}  // namespace windtunnel
