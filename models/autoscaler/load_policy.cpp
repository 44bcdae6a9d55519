#include "models/autoscaler/load_policy.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/autoscaler/spell.hpp"

namespace windtunnel {
namespace {

class SizedLoad final : public LoadPolicy {
 public:
  SizedLoad(const LoadSettings& s, Choice<predictive::Sizing> sizing) : LoadPolicy(s), sizing_(std::move(sizing)) {}

 private:
  double servers(const Load& load, const ServiceSignal&, std::string& why,
                 std::map<std::string, double>&) const override {
    why = sizing_->words();
    return sizing_->servers(load.erlang());
  }

  Choice<predictive::Sizing> sizing_;
};

}  // namespace

void LoadSettings::describe(FieldVisitor& v) {
  limits.describe(v);
  v.field("work_per_request", work_per_request,
          "Time for which a request keeps a server busy; none: CPU time used over requests completed", kPositive);
  v.field("capacity", capacity,
          "Servers of one instance: the cores it may use, or the threads where work_per_request is the time that a "
          "request holds one; none: its CPU request",
          kPositive);
  v.field("window", window, "Time over which requests (and their work) are counted", kPositive);
  v.field("scale_in_window", scale_in_window,
          "Replicas fall no further than to the highest recommendation of this time", kNonNegative);
  v.field("sync_period", sync_period, "Time between two decisions", {.lo = 0.1});
}

LoadPolicy::LoadPolicy(const LoadSettings& s)
    : MetricPolicy(s.limits, s.sync_period),
      s_(s),
      rate_(*metric_named("request_rate", {.window = s.window, .per_instance = false})),
      work_(s.window),
      stabilizer_(s.scale_in_window) {
  keep(*rate_);
}

Watched LoadPolicy::watched() const {
  Watched out = MetricPolicy::watched();
  out.requests = true;
  return out;
}

ScalingDecision LoadPolicy::decide(const ServiceSignal& signal) {
  work_.look(signal);
  const std::optional<double> rate = this->rate(signal);
  const std::optional<double> work =
      s_.work_per_request ? std::optional(to_seconds(*s_.work_per_request)) : work_.per_request();
  if (!rate || !work) return decision(signal, signal.spec_replicas, "nothing is known of the load", {}, {});
  const Load load{*rate, *work};
  std::map<std::string, double> inputs = {
      {"request_rate", *rate}, {"work_per_request_s", *work}, {"load", load.erlang()}};
  std::string rule;
  const double servers = this->servers(load, signal, rule, inputs);
  const double capacity = s_.capacity ? s_.capacity->cores : signal.cpu_request_cores;
  // What rounding adds to a whole number is no instance's worth.
  const auto raw = static_cast<std::int64_t>(std::ceil(std::min(servers / capacity * (1 - 1e-12), 1e9)));
  const std::int64_t wanted = stabilizer_.stabilize(signal.now, signal.spec_replicas, raw);
  inputs["servers"] = servers;
  inputs["raw_recommendation"] = static_cast<double>(raw);
  inputs["stabilized"] = static_cast<double>(wanted);
  std::string why = spell_number(*rate) + "/s, " + spell_number(*work * 1000) + "ms of work each, " + rule;
  if (wanted != raw) why += "; " + std::to_string(raw) + " stabilized to " + std::to_string(wanted);
  Derivation how{raw};
  how.apply("scale_in_window", raw, wanted);
  return decision(signal, wanted, std::move(why), std::move(inputs), std::move(how));
}

void SizedLoadParams::describe(FieldVisitor& v) {
  sizing_.mutable_params().describe(v);
  s_.describe(v);
}

void SizedLoadParams::check(Problems& p) {
  s_.check(p);
  sizing_.mutable_params().check(p);
}

std::unique_ptr<Autoscaler> SizedLoadParams::make() const { return std::make_unique<SizedLoad>(s_, sizing_); }

}  // namespace windtunnel
