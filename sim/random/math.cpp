#include "sim/random/math.hpp"

#include <cmath>
#include <limits>

#include "sim/random/stream.hpp"

// One body, compiled for the baseline and for AVX2; the loader picks. FMA is not among the features, so the bits agree.
// Sanitizers run before the loader's choice can, and other systems may lack it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define WINDTUNNEL_NO_CLONES
#endif
#endif
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(WINDTUNNEL_NO_CLONES)
#define WINDTUNNEL_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define WINDTUNNEL_CLONES
#endif

namespace windtunnel {

WINDTUNNEL_CLONES void log_of(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = log_of(in[i]);
}

WINDTUNNEL_CLONES void exp_of(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = exp_of(in[i]);
}

WINDTUNNEL_CLONES void exponential_of(const std::uint64_t* words, double scale, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = -scale * log_of(1 - Stream::to_unit(words[i]));
}

WINDTUNNEL_CLONES void nanoseconds_of(const double* seconds, std::int64_t* out, std::size_t n) {
  // Below 2^51 adding 1.5 * 2^52 rounds to the nearest integer and leaves it in the low bits: a conversion that
  // vectorises.
  constexpr double kShifter = 0x1.8p52;
  constexpr double kLimit = 0x1.0p51;
  std::uint64_t large = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double ns = seconds[i] * 1e9;
    ns = ns > 0 ? ns : 0;
    // The sign bit of kLimit - ns, gathered without a branch.
    large |= std::bit_cast<std::uint64_t>(kLimit - ns);
    out[i] = std::bit_cast<std::int64_t>(ns + kShifter) - std::bit_cast<std::int64_t>(kShifter);
  }
  if ((large >> 63) == 0) return;
  for (std::size_t i = 0; i < n; ++i) {
    const double ns = seconds[i] * 1e9;
    if (ns < kLimit) continue;
    out[i] = ns >= 9.2e18 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(std::nearbyint(ns));
  }
}

double expm1_of(double x) {
  if (x > 0.02 || x < -0.02) return exp_of(x) - 1;
  return x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7))))));
}

// Stirling's series (Abramowitz & Stegun 6.1.41) where it converges fast, reached from below by the recurrence.
double log_gamma(double x) {
  double product = 1;
  while (x < 12) product *= x++;
  const double i = 1 / x;
  const double z = i * i;
  const double series =
      i *
      (1. / 12 - z * (1. / 360 - z * (1. / 1260 - z * (1. / 1680 - z * (1. / 1188 - z * (691. / 360360 - z / 156))))));
  constexpr double kHalfLogTwoPi = 0.91893853320467274178;
  return (x - 0.5) * log_of(x) - x + kHalfLogTwoPi + series - log_of(product);
}

}  // namespace windtunnel
