#include "models/load_balancer/peak_ewma.hpp"

#include <algorithm>

#include "models/load_balancer/per_backend.hpp"
#include "models/load_balancer/types.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {

void PeakEwma::observe(Time now, double rtt_ns, Duration decay_time) {
  const auto since = static_cast<double>(std::max<Duration>(now - stamp, Duration::zero()).count());
  if (rtt_ns > cost_ns) {
    cost_ns = rtt_ns;
  } else {
    const double kept = exp_of(-since / static_cast<double>(decay_time.count()));
    cost_ns = cost_ns * kept + rtt_ns * (1 - kept);
  }
  stamp = now;
}

double PeakEwma::load(Time now, std::uint32_t pending, Duration decay_time) {
  constexpr double kPenalty = 0x7fffffffffffffffLL >> 16;
  observe(now, 0, decay_time);
  return cost_ns == 0 && pending != 0 ? kPenalty + pending : cost_ns * (pending + 1.0);
}

namespace {

// Finagle's p2cPeakEwma (PeakEwma.scala, P2CPick.scala): of two different candidates the lower load, the second on a
// tie.
class PeakEwmaChoice final : public LoadBalancer {
 public:
  explicit PeakEwmaChoice(Duration decay_time) : decay_time_(decay_time) {}

  std::uint32_t pick(const Backends& backends, Stream& words) override {
    const std::uint64_t word = words.next();
    const auto n = static_cast<std::uint32_t>(backends.size());
    if (n == 1) return 0;
    const std::uint32_t first = scale_to(n, high_half(word));
    std::uint32_t second = scale_to(n - 1, low_half(word));
    second += second >= first ? 1U : 0U;
    return load(backends, first) < load(backends, second) ? first : second;
  }
  void ended(const Answer& answer) override {
    seen_.of(answer.number).observe(answer.now, static_cast<double>((answer.now - answer.sent).count()), decay_time_);
  }

 private:
  double load(const Backends& backends, std::uint32_t position) {
    return seen_.at(backends, position).load(backends.now, backends.outstanding[position], decay_time_);
  }
  Duration decay_time_;
  PerBackend<PeakEwma> seen_;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("decay_time", decay_time_, "After so long a latency counts for 1/e of what it did", kPositive);
  }
  bool looks_closer() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<PeakEwmaChoice>(decay_time_); }

 private:
  Duration decay_time_ = std::chrono::seconds{10};
};

}  // namespace

void add_peak_ewma(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("peak_ewma",
                        "Finagle's: of two different instances at random the one with the lower latency x requests, "
                        "where a latency jumps to its peaks and decays from them");
}

}  // namespace windtunnel
