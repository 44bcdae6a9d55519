#include <algorithm>
#include <cmath>

#include "models/load_balancer/endpoint_weight.hpp"
#include "models/load_balancer/per_backend.hpp"
#include "models/load_balancer/types.hpp"

namespace windtunnel {

void EndpointWeight::report(const LoadReport& load, Time now, const EndpointWeights& terms) {
  if (load.utilization <= 0 || load.requests_per_second <= 0) return;
  const double errors = load.errors_per_second / load.requests_per_second * terms.error_utilization_penalty;
  weight_ = load.requests_per_second / (load.utilization + errors);
  updated_ = now;
  if (!non_empty_since_) non_empty_since_ = now;
}

double EndpointWeight::weight(Time now, const EndpointWeights& terms) {
  if (!updated_) return 0;
  if (now - *updated_ >= terms.weight_expiration_period) {
    non_empty_since_.reset();
    return 0;
  }
  if (terms.blackout_period > Duration::zero() &&
      (!non_empty_since_ || now - *non_empty_since_ < terms.blackout_period))
    return 0;
  return weight_;
}

namespace {

constexpr std::uint32_t kLargest = 65535, kOffset = kLargest / 2;

}  // namespace

void StaticStride::set_weights(std::span<const double> weights) {
  double largest = 0, sum = 0;
  std::size_t known = 0;
  for (const double weight : weights) {
    largest = std::max(largest, weight);
    sum += weight;
    known += weight > 0 ? 1 : 0;
  }
  scaled_.assign(weights.size(), static_cast<std::uint16_t>(kLargest));
  if (known < 2) return;
  const double scale = kLargest / largest;
  const double mean = std::round(scale * sum / static_cast<double>(known));
  for (std::size_t i = 0; i < weights.size(); ++i)
    scaled_[i] = static_cast<std::uint16_t>(weights[i] == 0 ? mean : std::max(1.0, std::round(weights[i] * scale)));
  if (std::all_of(scaled_.begin(), scaled_.end(), [&](std::uint16_t w) { return w == scaled_[0]; }))
    scaled_.assign(weights.size(), static_cast<std::uint16_t>(kLargest));
}

std::uint32_t StaticStride::pick(std::uint64_t& sequence) const {
  while (true) {
    const std::uint64_t turn = sequence++ & 0xffffffffu;
    const std::uint64_t backend = turn % scaled_.size(), generation = turn / scaled_.size();
    const std::uint64_t weight = scaled_[backend];
    if ((weight * generation + backend * kOffset) % kLargest < kLargest - weight) continue;
    return static_cast<std::uint32_t>(backend);
  }
}

namespace {

class ClientSideWeightedRoundRobin final : public LoadBalancer {
 public:
  ClientSideWeightedRoundRobin(const EndpointWeights& terms, Duration update_period)
      : terms_(terms), update_period_(update_period) {}

  std::uint32_t pick(const Backends& backends, Stream& words) override {
    if (!begun_) sequence_ = words.next() >> 32;
    begun_ = true;
    if (stale_ || backends.now >= next_update_) update(backends);
    return stride_.pick(sequence_);
  }
  void backends_changed(const Backends&) override { stale_ = true; }
  void reported(std::uint32_t number, const LoadReport& load, Time now) override {
    weights_.of(number).report(load, now, terms_);
  }

 private:
  void update(const Backends& backends) {
    std::vector<double> weights(backends.size());
    if (!backends.backend.empty())
      for (std::uint32_t i = 0; i < weights.size(); ++i)
        weights[i] = weights_.at(backends, i).weight(backends.now, terms_);
    stride_.set_weights(weights);
    stale_ = false;
    next_update_ = (backends.now / update_period_ + 1) * update_period_;
  }

  EndpointWeights terms_;
  Duration update_period_;
  PerBackend<EndpointWeight> weights_;
  StaticStride stride_;
  std::uint64_t sequence_ = 0;
  bool begun_ = false, stale_ = true;
  Time next_update_{};
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("report_period", report_period_, "How often instances report their CPU utilization and rates", kPositive);
    v.field("blackout_period", terms_.blackout_period,
            "For so long after its first report an instance counts as an average one", kNonNegative);
    v.field("weight_expiration_period", terms_.weight_expiration_period, "A report is good for so long", kPositive);
    v.field("weight_update_period", update_period_, "How often a balancer makes its schedule anew", {.lo = 0.1});
    v.field("error_utilization_penalty", terms_.error_utilization_penalty,
            "Share of failed requests x this is added to an instance's utilization", kNonNegative);
  }
  bool looks_closer() const override { return true; }
  std::optional<Duration> report_period() const override { return report_period_; }
  std::unique_ptr<LoadBalancer> make() const override {
    return std::make_unique<ClientSideWeightedRoundRobin>(terms_, update_period_);
  }

 private:
  EndpointWeights terms_;
  Duration report_period_ = std::chrono::seconds{10};
  Duration update_period_ = std::chrono::seconds{1};
};

}  // namespace

void add_client_side_weighted_round_robin(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("client_side_weighted_round_robin",
                        "gRPC's and Envoy's: in turn by weights of requests per utilization, which instances report");
}

}  // namespace windtunnel
