#include <algorithm>
#include <cmath>

#include "models/workload/builtin.hpp"
#include "models/workload/nanoseconds.hpp"

namespace windtunnel {
namespace {

// The k-th arrival at (k + 1/2) / rate, from its number: rounded gaps would drift.
class Process final : public ArrivalProcess {
 public:
  Process(double rate, Time end) : rate_(rate), end_(end) {}

  std::size_t fill(std::span<Arrival> out) override {
    std::size_t n = 0;
    while (n < out.size()) {
      if (place_ == block_ && !begin_block()) return n;
      const double ns = block_fraction_ + place_ * interval_ns_;
      const Time at = block_second_ + nanoseconds(ns);
      if (at > end_) return n;
      out[n++] = Arrival{at};
      place_ += 1;
    }
    return n;
  }

 private:
  // Whole seconds and the exact remainder of the block's first arrival; false: beyond the clock.
  bool begin_block() {
    const double middle = first_ + 0.5;
    const double seconds = std::floor(middle / rate_);
    if (seconds > 9.2e9) return false;
    block_second_ = from_seconds(seconds);
    block_fraction_ = std::fma(-seconds, rate_, middle) / rate_ * 1e9;
    first_ += block_;
    place_ = 0;
    return true;
  }

  double rate_;
  Time end_;
  double interval_ns_ = 1e9 / rate_;
  double block_ = interval_ns_ < 1e12 ? 1024 : 1;  // arrivals computed from one exact place
  double first_ = 0;                               // number of the next block's first arrival
  double place_ = block_;                          // in the block
  Time block_second_{};
  double block_fraction_ = 0;
};

class Constant final : public Arrivals {
 public:
  Constant() = default;
  explicit Constant(double per_second) : rate_{per_second} {}
  void describe(FieldVisitor& v) override {
    v.field("rate", rate_, "Arrivals per second, evenly spaced; the first after half an interval", kRequiredPositive);
  }
  std::optional<SteadyArrivals> steady() const override { return SteadyArrivals{rate_.per_second, 0, false}; }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    return std::make_unique<Process>(rate_.per_second, context.end > Time{} ? context.end : kNever);
  }

 private:
  Rate rate_;
};

}  // namespace

void add_constant(Registry<Arrivals>& registry) {
  registry.add<Constant>("constant", "Evenly spaced arrivals at one rate");
}
ArrivalsChoice constant_arrivals(double per_second) { return ArrivalsChoice::of("constant", Constant(per_second)); }

}  // namespace windtunnel
