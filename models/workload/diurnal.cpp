#include <array>
#include <optional>

#include "models/workload/builtin.hpp"
#include "models/workload/profile.hpp"
#include "models/workload/turn.hpp"

namespace windtunnel {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr std::int64_t kPieces = 1024;  // of a period; keeps each segment within the contract's 0.01 radians

struct Shape {
  double mean = 0, amplitude = 0, weekend = 1;
  Duration period{}, peak_at{}, starts_at{};
};

class Wave final : public Profile {
 public:
  explicit Wave(const Shape& shape)
      : shape_(shape), period_(shape.starts_at / shape.period), into_(shape.starts_at % shape.period) {
    while (begin_of(piece_ + 1) <= into_) ++piece_;
  }

  bool next(Segment& out) override {
    const double period = to_seconds(shape_.period);
    const Turn phase =
        turn(static_cast<double>((into_ - shape_.peak_at).count()) / static_cast<double>(shape_.period.count()));
    const bool weekend = period_ % 7 >= 5;
    out = Segment{};
    out.shape = Segment::Shape::kWave;
    out.length = begin_of(piece_ + 1) - into_;
    out.mean = shape_.mean * (weekend ? shape_.weekend : 1);
    out.amplitude = shape_.amplitude;
    out.omega = 2 * kPi / period;
    out.cos_phase = phase.cosine;
    out.sin_phase = phase.sine;
    out.rate = out.end_rate = out.mean * (1 + out.amplitude * phase.cosine);
    into_ = begin_of(++piece_);
    if (piece_ == kPieces) {
      piece_ = 0;
      into_ = Duration{};
      ++period_;
    }
    return true;
  }

 private:
  Duration begin_of(std::int64_t piece) const {  // piece * period / kPieces, without overflow
    const std::int64_t ns = shape_.period.count();
    return Duration{ns / kPieces * piece + ns % kPieces * piece / kPieces};
  }

  Shape shape_;
  std::int64_t period_;  // number of the present one
  Duration into_;        // it
  std::int64_t piece_ = 0;
};

class Diurnal final : public Arrivals {
 public:
  void describe(FieldVisitor& v) override {
    v.field("mean", mean_, "Arrivals per second, averaged over a (working) day", kRequiredPositive);
    v.field("amplitude", amplitude_, "How far the rate swings to either side, as a share of the mean",
            {.lo = 0, .hi = 1});
    v.field("period", period_, "Length of a day", {.lo = 0.001});
    v.field("peak_at", peak_at_, "Time of day of the highest rate; none: the middle of the day", kNonNegative);
    v.field("starts_at", starts_at_, "Time at the end of the warm-up, from the first day's begin (a Monday)",
            kNonNegative);
    v.field("weekend", weekend_, "Factor on the rate on days 6 and 7 of each week", kNonNegative);
    v.choice("spacing", spacing_, kSpacingNames, kSpacingMeaning);
  }
  void check(Problems& p) override {
    if (peak_at_ && *peak_at_ > period_) p.error("/peak_at", "is later than the end of the day (period)");
  }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    const Shape shape{mean_.per_second, amplitude_.value, weekend_, period_, peak_at_.value_or(period_ / 2),
                      starts_at_};
    return follow(std::make_unique<Wave>(shape), spacing_, context.origin, context);
  }

 private:
  Rate mean_;
  Share amplitude_{0.5};
  Duration period_ = std::chrono::hours(24);
  std::optional<Duration> peak_at_;
  Duration starts_at_{};
  double weekend_ = 1;
  Spacing spacing_ = Spacing::kPoisson;
};

}  // namespace

void add_diurnal(Registry<Arrivals>& registry) {
  registry.add<Diurnal>("diurnal",
                        "A rate that follows the time of day as a sine wave, with quieter weekends if wanted");
}

}  // namespace windtunnel
