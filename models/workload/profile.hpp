#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "models/workload/arrival_process.hpp"

// Arrivals at a rate that changes with time. Private to models/workload.
//
// Requests are counted, not timed, first: the k-th one sits at a point of "operational time" in which the rate is 1,
// and is mapped through the inverse of the cumulative rate (Cinlar 1975, chapter 4.7). One unit-exponential gap per
// arrival whatever the rate does, so two variants of a scenario see the same sequence, stretched.
namespace windtunnel {

enum class Spacing {
  kPoisson,  // unit-exponential gaps
  kEven,     // the k-th arrival in the middle of the k-th unit: a bin of n requests has exactly n
};
inline constexpr std::array<std::string_view, 2> kSpacingNames{"poisson", "even"};
inline constexpr std::string_view kSpacingMeaning =
    "How arrivals lie at a given rate: poisson (independent of each other) or even (evenly spaced)";

// A stretch of time on which the rate is one simple formula.
struct Segment {
  enum class Shape { kLinear, kWave };
  Shape shape = Shape::kLinear;
  Duration length = kNever;  // kNever: for ever (linear with rate == end_rate only)
  double rate = 0;           // at its begin, per second
  double end_rate = 0;       // linear: at its end
  // wave: rate(u) = mean * (1 + amplitude * cos(omega * u + phase)), omega > 0,
  // omega * length <= 0.01, amplitude in [0, 1]
  double mean = 0, amplitude = 0, omega = 0, cos_phase = 1, sin_phase = 0;

  static Segment flat(Duration length, double rate) { return linear(length, rate, rate); }
  static Segment linear(Duration length, double rate, double end_rate) {
    Segment s;
    s.length = length;
    s.rate = rate;
    s.end_rate = end_rate;
    return s;
  }
};

// The rate over time, segment by segment. One per process; may draw random numbers.
class Profile {
 public:
  virtual ~Profile() = default;
  virtual bool next(Segment& out) = 0;  // false: no arrivals any more
};

// Before `from` the profile's first rate holds; its first segment begins there.
std::unique_ptr<ArrivalProcess> follow(std::unique_ptr<Profile> profile, Spacing spacing, Time from,
                                       const ArrivalContext& context);

}  // namespace windtunnel
