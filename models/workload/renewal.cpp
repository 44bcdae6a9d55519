#include <algorithm>
#include <cmath>

#include "models/workload/builtin.hpp"

namespace windtunnel {
namespace {

class Process final : public ArrivalProcess {
 public:
  Process(const Distribution& gaps, const ArrivalContext& context)
      : gaps_(context.streams.named(context.name + "/arrivals"), gaps),
        end_(context.end > Time{} ? context.end : kNever) {}

  std::size_t fill(std::span<Arrival> out) override {
    std::size_t n = 0;
    while (n < out.size() && !over_) {
      // Whole nanoseconds in an integer and the rest beside it: no rounding of single gaps adds up.
      const double ns = fraction_ + std::max(0.0, gaps_.next()) * 1e9;
      const double whole = std::floor(ns);
      over_ = !(whole < static_cast<double>((end_ - at_).count()) + 1 && whole < 9e18);
      if (over_) break;
      fraction_ = ns - whole;
      at_ += Duration{static_cast<std::int64_t>(whole)};
      out[n++] = Arrival{at_};
    }
    return n;
  }

 private:
  Sampler gaps_;
  Time end_, at_{};
  double fraction_ = 0;
  bool over_ = false;
};

class Renewal final : public Arrivals {
 public:
  Renewal() = default;
  explicit Renewal(DistributionChoice inter_arrival) : inter_arrival_(std::move(inter_arrival)) {}
  void describe(FieldVisitor& v) override {
    v.field("inter_arrival", inter_arrival_, "Time from one arrival to the next, drawn anew each time",
            {.required = true, .unit = Unit::kDuration});
  }
  void check(Problems& p) override {
    if (inter_arrival_ && !(inter_arrival_->mean() > 0))
      p.error("/inter_arrival", "has mean 0, so that infinitely many requests would come at once; a mean above 0 fits");
  }
  std::optional<SteadyArrivals> steady() const override {
    return SteadyArrivals{1 / inter_arrival_->mean(), inter_arrival_->scv(), inter_arrival_.type() == "exponential"};
  }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    return std::make_unique<Process>(*inter_arrival_, context);
  }

 private:
  DistributionChoice inter_arrival_;
};

}  // namespace

void add_renewal(Registry<Arrivals>& registry) {
  registry.add<Renewal>("renewal", "Independent times between arrivals of any distribution");
}
ArrivalsChoice renewal_arrivals(DistributionChoice inter_arrival) {
  return ArrivalsChoice::of("renewal", Renewal(std::move(inter_arrival)));
}

}  // namespace windtunnel
