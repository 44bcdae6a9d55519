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
    const double product = seconds[i] * 1e9;
    const double ns = detail::where_negative(product, 0, product);
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

// Kahan's correction: ln w times x / (w - 1) makes up for what rounding 1 + x to w has lost.
double log1p_of(double x) {
  const double w = 1 + x;
  return w == 1 ? x : log_of(w) * (x / (w - 1));
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

// By their series within an eighth of a turn.
Turn turn_of(double turns) {
  constexpr double kPi = 3.14159265358979323846;
  turns -= std::floor(turns);
  const int quarter = static_cast<int>(std::lround(turns * 4));
  const double x = (turns - 0.25 * quarter) * 2 * kPi, x2 = x * x;
  double sine = 0, cosine = 0;
  for (int k = 9; k >= 1; --k) {
    sine = (1 - sine) * x2 / (2 * k * (2 * k + 1));
    cosine = (1 - cosine) * x2 / ((2 * k - 1) * 2 * k);
  }
  sine = (1 - sine) * x;
  cosine = 1 - cosine;
  switch (quarter % 4) {
    case 0:
      return {cosine, sine};
    case 1:
      return {-sine, cosine};
    case 2:
      return {-cosine, -sine};
    default:
      return {sine, -cosine};
  }
}

// Algorithm AS 241 (Wichura, Applied Statistics 37, 1988), PPND16: rational functions of p - 1/2 in the middle and of
// sqrt(-ln p) in the tails.
double normal_quantile(double p) {
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    const double above =
        ((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r +
            4.5921953931549871457e4) *
               r +
           1.3731693765509461125e4) *
              r +
          1.9715909503065514427e3) *
             r +
         1.3314166789178437745e2) *
            r +
        3.3871328727963666080e0;
    const double below =
        ((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r +
            2.1213794301586595867e4) *
               r +
           5.3941960214247511077e3) *
              r +
          6.8718700749205790830e2) *
             r +
         4.2313330701600911252e1) *
            r +
        1;
    return q * above / below;
  }
  double r = std::sqrt(-log_of(q < 0 ? p : 1 - p));
  double above = 0;
  double below = 1;
  if (r <= 5) {
    r -= 1.6;
    above = ((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r +
                1.27045825245236838258e0) *
                   r +
               3.64784832476320460504e0) *
                  r +
              5.76949722146069140550e0) *
                 r +
             4.63033784615654529590e0) *
                r +
            1.42343711074968357734e0;
    below = ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r +
                1.48103976427480074590e-1) *
                   r +
               6.89767334985100004550e-1) *
                  r +
              1.67638483018380384940e0) *
                 r +
             2.05319162663775882187e0) *
                r +
            1;
  } else {
    r -= 5;
    above = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r +
                2.65321895265761230930e-2) *
                   r +
               2.96560571828504891230e-1) *
                  r +
              1.78482653991729133580e0) *
                 r +
             5.46378491116411436990e0) *
                r +
            6.65790464350110377720e0;
    below = ((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r +
                7.86869131145613259100e-4) *
                   r +
               1.48753612908506148525e-2) *
                  r +
              1.36929880922735805310e-1) *
                 r +
             5.99832206555887937690e-1) *
                r +
            1;
  }
  return q < 0 ? -above / below : above / below;
}

}  // namespace windtunnel
