#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

// Elementary functions that give the same bits with every compiler, vector width and C library: only IEEE additions,
// multiplications and divisions in a fixed order, never fused, without a branch, so that loops over them vectorise.
namespace windtunnel {

namespace detail {

// sign < 0 ? a : b, by masks: a conditional expression keeps gcc 12 from vectorising the loop it stands in.
inline double where_negative(double sign, double a, double b) {
  const std::uint64_t mask = 0 - (std::bit_cast<std::uint64_t>(sign) >> 63);
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(a) & mask) | (std::bit_cast<std::uint64_t>(b) & ~mask));
}

}  // namespace detail

// Natural logarithm of a positive normal number (at least 2^-1022), within 1 ulp. Method of FreeBSD's msun (e_log.c):
// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), s = f / (2 + f), log(1 + f) = 2 atanh(s) = f - f²/2 + s (f²/2 +
// R(s²)).
inline double log_of(double x) {
  constexpr std::uint64_t kOne = 0x3ff0000000000000u;
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e00000000u;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) + (kOne - kSqrtHalf);
  const double k = std::bit_cast<double>(0x4330000000000000u | (bits >> 52)) - (0x1.0p52 + 1023);
  const double f = std::bit_cast<double>((bits & 0x000fffffffffffffu) + kSqrtHalf) - 1;
  const double half_square = 0.5 * f * f;
  const double s = f / (2 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332));
  const double odd = z * (0.6666666666666735130 +
                          w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)));
  constexpr double kLn2High = 6.93147180369123816490e-01;  // 32 significant bits: k times it is exact
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  return s * (half_square + (odd + even)) + k * kLn2Low - half_square + f + k * kLn2High;
}

// e^x within 1 ulp for x in [-708, 709], beyond which x is taken as the nearer bound. Method of msun (e_exp.c): x = k
// ln 2 + r with |r| <= ln 2 / 2, e^r = 1 + r + r c / (2 - c) with c = r - r² P(r²).
inline double exp_of(double x) {
  x = detail::where_negative(x - -708, -708, x);
  x = detail::where_negative(709 - x, 709, x);
  constexpr double kShifter = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const double shifted = x * 1.44269504088896338700e+00 + kShifter;
  const double k = shifted - kShifter;
  const double high = x - k * 6.93147180369123816490e-01;
  const double low = k * 1.90821492927058770002e-10;
  const double r = high - low;
  const double z = r * r;
  const double p =
      1.66666666666666019037e-01 +
      z * (-2.77777777770155933842e-03 +
           z * (6.61375632143793436117e-05 + z * (-1.65339022054652515390e-06 + z * 4.13813679705723846039e-08)));
  const double c = r - z * p;
  const double y = 1 + (r * c / (2 - c) - low + high);
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) + (std::bit_cast<std::uint64_t>(shifted) << 52));
}

// e^x - 1, accurate near 0.
double expm1_of(double x);
// ln(1 + x), x > -1, accurate near 0.
double log1p_of(double x);
// ln of the gamma function, x > 0, relative error of its exponential below 1e-13 for x <= 1e6.
double log_gamma(double x);
// Cosine and sine of an angle in whole turns: 0.25 is a right angle. Absolute error below 5e-16 times 1 + |turns|.
struct Turn {
  double cosine, sine;
};
Turn turn_of(double turns);
// The p-quantile of the standard normal law, 0 < p < 1, relative error below 1e-14 (Wichura 1988).
double normal_quantile(double p);

// Arrays, as fast as the processor allows. `in` and `out` may be the same array.
void log_of(const double* in, double* out, std::size_t n);
void exp_of(const double* in, double* out, std::size_t n);
// out[i] = -scale * log(1 - Stream::to_unit(words[i])).
void exponential_of(const std::uint64_t* words, double scale, double* out, std::size_t n);
// Nearest whole number of nanoseconds (halves to even), at least 0, saturating at the largest.
void nanoseconds_of(const double* seconds, std::int64_t* out, std::size_t n);

}  // namespace windtunnel
