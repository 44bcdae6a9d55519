#include "models/autoscaler/keep_alive/idle_times.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

class HybridHistogram final : public KeepAlive {
 public:
  explicit HybridHistogram(const IdleTimes::Terms& terms) : times_(terms) {}
  void arrived(Duration idle) override { times_.add(idle); }
  KeepAliveTerms after_execution() override { return times_.next(); }

 private:
  IdleTimes times_;
};

constexpr std::int64_t kMostBins = 1'000'000;

class Params final : public KeepAliveParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("range", terms_.range,
            "Idle times up to here are counted; also how long instances are kept while little is known", kPositive);
    v.field("bin", terms_.bin, "Width of the histogram's bins", kPositive);
    Share head{terms_.head}, tail{terms_.tail}, margin{terms_.margin}, beyond{terms_.out_of_bounds},
        forecast_margin{terms_.forecast_margin};
    v.field("head", head, "Share of the idle times that may be over before an instance is loaded again");
    v.field("tail", tail, "Share of the idle times for which an instance is kept");
    v.field("margin", margin, "By how much it is loaded earlier, and kept longer, than that");
    v.field("representative", terms_.representative,
            "Standard deviation of the bin counts over their mean, below which the histogram says nothing",
            kNonNegative);
    v.field("out_of_bounds", beyond, "Share of idle times beyond the range, from which on the next one is forecast");
    v.field("forecast_margin", forecast_margin,
            "Before a forecast idle time is over by this share of it an instance is loaded, and kept as long after");
    terms_.head = head.value;
    terms_.tail = tail.value;
    terms_.margin = margin.value;
    terms_.out_of_bounds = beyond.value;
    terms_.forecast_margin = forecast_margin.value;
  }
  void check(Problems& p) override {
    if (terms_.range % terms_.bin != Duration{} || terms_.range / terms_.bin < 2)
      p.error("/bin", format_duration(terms_.range) + ", the range, is not two or more whole bins of " +
                          format_duration(terms_.bin));
    if (terms_.range / terms_.bin > kMostBins)
      p.error("/bin", "makes " + std::to_string(terms_.range / terms_.bin) + " bins; at most a million fit");
    if (terms_.tail < terms_.head) p.error("/tail", "is below the head's share");
  }
  std::unique_ptr<KeepAlive> make() const override { return std::make_unique<HybridHistogram>(terms_); }

 private:
  IdleTimes::Terms terms_;
};

}  // namespace

void add_hybrid_histogram(Registry<KeepAliveParams>& policies) {
  policies.add<Params>("hybrid_histogram",
                       "Serverless in the Wild: unloads, and loads again before the next request, from a histogram of "
                       "idle times");
}

}  // namespace windtunnel
