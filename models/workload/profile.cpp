#include "models/workload/profile.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "models/workload/nanoseconds.hpp"

namespace windtunnel {
namespace {

// Long segments are followed in pieces of about this many arrivals: positions inside a piece stay small, so that the
// last day of a long run is as exact as the first.
constexpr double kArrivalsPerPiece = 1 << 20;

// Batches of gaps in operational time.
class Gaps {
 public:
  Gaps(Spacing spacing, Stream stream)
      : stream_(stream), transform_(spacing == Spacing::kPoisson ? exponential(1.0)->transform() : nullptr) {
    gaps_.fill(1.0);
  }
  double first() { return transform_ ? next() : 0.5; }
  double next() {
    if (used_ == kBatch) refill();
    return gaps_[used_++];
  }

 private:
  static constexpr std::size_t kBatch = 256;
  void refill() {
    used_ = 0;
    if (!transform_) return;
    std::array<std::uint64_t, kBatch> words;
    stream_.fill(words.data(), words.size());
    transform_->apply(words.data(), gaps_.data(), kBatch);
  }

  Stream stream_;
  std::unique_ptr<const Transform> transform_;  // null: evenly spaced
  std::size_t used_ = kBatch;
  std::array<double, kBatch> gaps_;
};

class Held final : public Profile {
 public:
  Held(std::unique_ptr<Profile> inner, Duration length) : inner_(std::move(inner)), length_(length) {}
  bool next(Segment& out) override {
    if (length_ == Duration{}) {
      if (!first_known_) return inner_->next(out);
      out = first_;
      first_known_ = false;
      return true;
    }
    if (!inner_->next(first_)) return false;
    first_known_ = true;
    out = Segment::flat(std::exchange(length_, Duration{}), first_.rate);
    return true;
  }

 private:
  std::unique_ptr<Profile> inner_;
  Duration length_;
  bool first_known_ = false;
  Segment first_;
};

// Integral of a wave from its begin to u seconds later, and its rate there. omega * u is small by contract, so a few
// terms of the series of sine and cosine are exact to the last bit: remainders below 0.01^7/5040 and 0.01^8/40320.
struct WaveAt {
  double mass, rate;
};
WaveAt wave_at(const Segment& s, double u) {
  const double e = s.omega * u, e2 = e * e;
  const double sine = e * (1 - e2 * (1.0 / 6) * (1 - e2 * (1.0 / 20)));
  const double one_minus_cosine = e2 * 0.5 * (1 - e2 * (1.0 / 12) * (1 - e2 * (1.0 / 30)));
  const double turned = s.cos_phase * sine - s.sin_phase * one_minus_cosine;
  const double slope = s.cos_phase * (1 - one_minus_cosine) - s.sin_phase * sine;
  return {s.mean * (u + s.amplitude / s.omega * turned), s.mean * (1 + s.amplitude * slope)};
}

// Seconds after the begin at which a rate that grows by `slope` per second has seen x arrivals:
// rate*u + slope*u^2/2 = x, in the form that does not cancel.
double at_slope(double rate, double slope, double x) {
  return x > 0 ? 2 * x / (rate + std::sqrt(std::max(0.0, rate * rate + 2 * slope * x))) : 0;
}

// Newton's method kept inside a bracket; the rate may touch zero at the trough. A step d leaves an error of at most
// d^2 max|rate'| / (2 rate), so that one step from a good guess is mostly enough.
double wave_inverse(const Segment& s, double x, double guess, double length) {
  constexpr double kExact = 0.05e-9;
  const double steepest = s.mean * s.amplitude * s.omega;
  double lo = 0, hi = length, u = std::min(guess, hi);
  for (int i = 0; i < 64; ++i) {
    const WaveAt at = wave_at(s, u);
    const double excess = at.mass - x;
    (excess > 0 ? hi : lo) = u;
    double next = at.rate > 0 ? u - excess / at.rate : hi + 1;
    const bool inside = next >= lo && next <= hi;
    if (!inside) next = lo + (hi - lo) / 2;
    const double step = next - u;
    u = next;
    if (inside && step * step * steepest < kExact * at.rate) break;
    if (hi - lo < kExact) break;
  }
  return u;
}

class Follower final : public ArrivalProcess {
 public:
  Follower(std::unique_ptr<Profile> profile, Spacing spacing, const ArrivalContext& context)
      : profile_(std::move(profile)),
        gaps_(spacing, context.streams.named(context.name + "/arrivals")),
        end_(context.end > Time{} ? context.end : kNever),
        x_(gaps_.first()) {}

  std::size_t fill(std::span<Arrival> out) override {
    std::size_t n = 0;
    while (n < out.size() && !over_) {
      if (x_ >= mass_) {
        x_ -= mass_;
        over_ = !advance();
        continue;
      }
      const auto rest = out.subspan(n);
      if (piece_.shape == Segment::Shape::kWave)
        n += fill_wave(rest);
      else if (piece_.rate == piece_.end_rate)
        n += fill_flat(rest);
      else
        n += fill_sloped(rest);
    }
    while (n > 0 && out[n - 1].at > end_) {
      --n;
      over_ = true;
    }
    return n;
  }

 private:
  // These three write what is left of the piece, as far as there is room.
  std::size_t fill_flat(std::span<Arrival> out) {
    const double to_ns = 1e9 / piece_.rate;
    return fill_by(out, [to_ns](double x) { return x * to_ns; });
  }
  std::size_t fill_sloped(std::span<Arrival> out) {
    const double rate = piece_.rate, slope = slope_;
    return fill_by(out, [=](double x) { return 1e9 * at_slope(rate, slope, x); });
  }
  std::size_t fill_wave(std::span<Arrival> out) {
    const double length = to_seconds(piece_.length);
    return fill_by(out, [this, length](double x) {
      return 1e9 * wave_inverse(piece_, x, at_slope(piece_.rate, slope_, x), length);
    });
  }
  template <class ToNanoseconds>
  std::size_t fill_by(std::span<Arrival> out, ToNanoseconds to_ns) {
    const Time begin = begin_;
    const double longest = static_cast<double>(piece_.length.count());
    const double mass = mass_;
    double x = x_;
    std::size_t n = 0;
    while (n < out.size() && x < mass) {
      const double ns = std::min(to_ns(x), longest);
      out[n++] = Arrival{begin + nanoseconds(ns)};
      x += gaps_.next();
    }
    x_ = x;
    return n;
  }

  // To the next piece; false: there is none.
  bool advance() {
    begin_ += piece_.length;
    while (rest_ == Duration{}) {
      if (!profile_->next(segment_)) return false;
      rest_ = segment_.length;
    }
    if (begin_ > end_ || begin_ == kNever) return false;
    const Duration room = kNever - begin_;
    piece_ = segment_;
    if (segment_.shape == Segment::Shape::kWave) {
      piece_.length = std::min(rest_, room);
      rest_ = Duration{};
      mass_ = std::max(0.0, wave_at(piece_, to_seconds(piece_.length)).mass);
      slope_ = -piece_.mean * piece_.amplitude * piece_.omega * piece_.sin_phase;
      return true;
    }
    const bool for_ever = rest_ == kNever;
    const double highest = std::max(segment_.rate, segment_.end_rate);
    if (for_ever && highest <= 0) return false;
    piece_.length = std::min(rest_, room);
    if (highest > 0) {
      const Duration enough = std::max(from_seconds(kArrivalsPerPiece / highest), Duration{1});
      piece_.length = std::min(piece_.length, enough);
    }
    if (segment_.rate != segment_.end_rate) {
      const auto rate_at = [this](Duration into) {
        const double share = static_cast<double>(into.count()) / static_cast<double>(segment_.length.count());
        return segment_.rate + (segment_.end_rate - segment_.rate) * share;
      };
      const Duration into = segment_.length - rest_;
      piece_.rate = rate_at(into);
      piece_.end_rate = rate_at(into + piece_.length);
      slope_ = (segment_.end_rate - segment_.rate) / to_seconds(segment_.length);
    }
    if (!for_ever) rest_ -= piece_.length;
    mass_ = (piece_.rate + piece_.end_rate) / 2 * to_seconds(piece_.length);
    return true;
  }

  std::unique_ptr<Profile> profile_;
  Gaps gaps_;
  Time end_;
  bool over_ = false;
  Segment segment_;
  Duration rest_{};  // of the segment, after the piece
  Segment piece_ = Segment::flat(Duration{}, 0);
  Time begin_{};      // of the piece
  double mass_ = 0;   // expected arrivals in the piece
  double slope_ = 0;  // of the rate at the piece's begin
  double x_;          // the next arrival's place, in expected arrivals after the piece's begin
};

}  // namespace

std::unique_ptr<ArrivalProcess> follow(std::unique_ptr<Profile> profile, Spacing spacing, Time from,
                                       const ArrivalContext& context) {
  if (from > Time{}) profile = std::make_unique<Held>(std::move(profile), from);
  return std::make_unique<Follower>(std::move(profile), spacing, context);
}

}  // namespace windtunnel
