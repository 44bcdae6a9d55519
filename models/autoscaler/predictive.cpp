#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "models/autoscaler/inner_policy.hpp"
#include "models/autoscaler/metric/metric_window.hpp"
#include "models/autoscaler/predictive/forecast_accuracy.hpp"
#include "models/autoscaler/predictive/request_history.hpp"
#include "models/autoscaler/predictive/sizing.hpp"
#include "models/autoscaler/predictive/startup_times.hpp"
#include "models/autoscaler/predictive/work_meter.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"
#include "models/forecast/forecaster.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

using predictive::Sizing;

struct Settings {
  std::int64_t min_replicas = 1, max_replicas = 1;
  Choice<ForecasterParams> forecast;
  Duration step = std::chrono::minutes{1};
  std::optional<predictive::RequestHistory> history;
  MetricChoice metric;
  Choice<Sizing> sizing = Choice<Sizing>::of("utilization_law");
  std::optional<Cpu> capacity;
  std::optional<Duration> work_per_request;
  Duration work_window = std::chrono::hours{1};
  std::optional<Duration> startup_time;
  std::optional<Duration> startup_guess;
  Duration hold = std::chrono::minutes{5};
  double safety = 1.28;
  Duration sync_period = std::chrono::seconds{30};
  Choice<AutoscalerParams> reactive;
};

// What the forecast asks for.
struct Plan {
  Duration lead{}, until{};     // how far ahead new instances help, and how far it looked
  Forecast peak;                // the step of the greatest need …
  double need = 0;              // … mean and safety together
  double work_s = 0, load = 0;  // where requests are forecast, not a metric
  std::int64_t replicas = 0;
};

std::string three_digits(double value) {
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 3).ptr;
  return {buffer.data(), end};
}

std::string whole_seconds(Duration d) { return format_duration(std::chrono::round<std::chrono::seconds>(d)); }

// A floor from the forecast; above it the reactive policy is free.
class Predictive final : public Autoscaler {
 public:
  explicit Predictive(const Settings& s) : s_(s), forecaster_(s.forecast->make(s.step)), work_(s.work_window) {
    if (s_.metric) window_.keep(*s_.metric);
    if (s_.reactive) reactive_.emplace(s_.reactive->make(), window_.watched().signals.size());
  }

  Duration sync_period() const override { return reactive_ ? reactive_->sync_period() : s_.sync_period; }
  Duration observe_period() const override {
    const Duration own = s_.metric ? window_.observe_period(s_.step) : s_.step;
    return reactive_ ? reactive_->shared_observe_period(own) : own;
  }
  Watched watched() const override {
    Watched wanted = window_.watched();
    wanted.requests |= !s_.metric;
    if (reactive_) reactive_->watch(wanted);
    return wanted;
  }

  void run_begins(const ControlledRun& run) override {
    if (reactive_) reactive_->run_begins(run);
  }
  void run_ends() override {
    if (reactive_) reactive_->run_ends();
  }
  void observe(const ServiceSignal& signal) override {
    if (reactive_) reactive_->observe(signal);
    if (s_.metric) window_.observe(signal);
    if (signal.now % s_.step != Duration::zero()) return;
    begin(signal);
    const double value = this->value(signal);
    observed_ = signal.now / s_.step;
    has_seen_ = true;
    accuracy_.observe(observed_, value);
    forecaster_->observe(value);
    startups_.look(signal.instances);
    const std::int64_t steps = std::max<std::int64_t>(1, (lead() + s_.step - Duration{1}) / s_.step);
    if ((observed_ + steps - 1) * s_.step >= signal.measured_from)
      accuracy_.forecast(observed_ + steps, ahead(steps), to_seconds(lead()));
  }

  ScalingDecision decide(const ServiceSignal& signal) override {
    begin(signal);
    startups_.look(signal.instances);
    work_.look(signal);
    const std::optional<Plan> plan = this->plan(signal);
    ScalingDecision reactive;
    if (reactive_) reactive = reactive_->decide(signal);

    const std::int64_t floor = plan ? plan->replicas : reactive_ ? 0 : signal.spec_replicas;
    const std::int64_t wanted = reactive_ ? std::max(floor, reactive.replicas) : floor;
    std::int64_t replicas = std::clamp(wanted, s_.min_replicas, s_.max_replicas);
    if (signal.unplaced > 0) replicas = std::max<std::int64_t>(replicas, 1);  // somebody waits, whatever was foreseen

    ScalingDecision decision;
    decision.replicas = replicas;
    decision.buffer = reactive.buffer;
    decision.again = reactive.again;
    decision.how = derivation(signal, replicas, wanted, plan, reactive);
    decision.why = why(replicas, wanted, plan, reactive);
    if (replicas != signal.spec_replicas)
      decision.sentence = spell_change(signal.spec_replicas, replicas, decision.why);
    decision.inputs = inputs(signal, replicas, plan, reactive);
    return decision;
  }

  bool wake(const ServiceSignal& signal) override {
    const bool inner = reactive_ && reactive_->wake(signal);
    return inner || signal.spec_replicas == 0;
  }

  std::vector<Figure> figures() const override {
    std::vector<Figure> out = accuracy_.figures();
    if (reactive_)
      for (Figure& figure : reactive_->figures()) out.push_back(std::move(figure));
    return out;
  }

 private:
  // What happened before the run, of which the warm-up replaces the last part.
  void begin(const ServiceSignal& signal) {
    mean_startup_ = signal.mean_startup;
    if (std::exchange(begun_, true) || !s_.history) return;
    for (const double rate : s_.history->rates((signal.measured_from + s_.step / 2) / s_.step)) {
      forecaster_->observe(rate);
      has_seen_ = true;
    }
  }

  // Of the step that ends now.
  double value(const ServiceSignal& signal) {
    if (s_.metric) return window_.total(*s_.metric, signal).value_or(0);
    const auto arrived = static_cast<double>(signal.arrived - arrived_);
    arrived_ = signal.arrived;
    return arrived * 1e9 / static_cast<double>(s_.step.count());
  }

  Duration lead() const {
    const Duration startup =
        s_.startup_time ? *s_.startup_time : startups_.longest().value_or(s_.startup_guess.value_or(mean_startup_));
    return startup + sync_period();
  }

  Forecast ahead(std::int64_t steps) const {
    Forecast forecast = forecaster_->ahead(steps);
    forecast.mean = std::max(forecast.mean, 0.0);
    return forecast;
  }

  std::optional<Plan> plan(const ServiceSignal& signal) const {
    const std::optional<double> work =
        s_.work_per_request ? std::optional(to_seconds(*s_.work_per_request)) : work_.per_request();
    if (!has_seen_ || (!work && !s_.metric)) return std::nullopt;
    Plan plan;
    plan.lead = lead();
    plan.until = plan.lead + s_.hold;
    const Duration since_observed = signal.now - observed_ * s_.step;
    const std::int64_t last =
        std::max<std::int64_t>(1, (since_observed + plan.until + s_.step - Duration{1}) / s_.step);
    for (std::int64_t steps = 1; steps <= last; ++steps) {
      const Forecast forecast = ahead(steps);
      const double need = forecast.mean + s_.safety * forecast.standard_error;
      if (steps > 1 && need <= plan.need) continue;
      plan.need = need;
      plan.peak = forecast;
    }
    double instances = 0;
    if (s_.metric) {
      instances = plan.need / s_.metric->target();
    } else {
      plan.work_s = *work;
      plan.load = plan.need * *work;
      instances = s_.sizing->servers(plan.load) / (s_.capacity ? s_.capacity->cores : signal.cpu_request_cores);
    }
    // What rounding adds to a whole number is no instance's worth.
    plan.replicas = static_cast<std::int64_t>(std::ceil(std::min(instances * (1 - 1e-12), 1e9)));
    return plan;
  }

  // The higher of the two is what is recommended, and how it came about is told.
  Derivation derivation(const ServiceSignal& signal, std::int64_t replicas, std::int64_t wanted,
                        const std::optional<Plan>& plan, const ScalingDecision& reactive) const {
    Derivation out;
    if (reactive_ && (!plan || reactive.replicas > plan->replicas)) {
      out = reactive.how;
    } else if (plan) {
      out.recommendation = plan->replicas;
    }
    const std::int64_t bounded = std::clamp(wanted, s_.min_replicas, s_.max_replicas);
    out.apply(wanted > bounded ? "max_replicas" : "min_replicas", wanted, bounded);
    if (signal.unplaced > 0) out.apply("requests wait", bounded, replicas);
    return out;
  }

  std::string why(std::int64_t replicas, std::int64_t wanted, const std::optional<Plan>& plan,
                  const ScalingDecision& reactive) const {
    std::string text;
    if (plan && (!reactive_ || plan->replicas >= reactive.replicas)) {
      text += s_.metric ? s_.metric->spell(plan->need) + " in all" : three_digits(plan->need) + "/s";
      text += " forecast within " + whole_seconds(plan->until);
      if (s_.safety > 0)
        text += " (" + three_digits(plan->peak.mean) + " and " + three_digits(s_.safety) + " standard errors of " +
                three_digits(plan->peak.standard_error) + ")";
      text += s_.metric ? ", target " + s_.metric->spell(s_.metric->target()) + " " + s_.metric->words()
                        : ", " + three_digits(plan->work_s * 1000) + "ms of work each, " + s_.sizing->words();
    } else if (reactive_) {
      text += reactive.why.empty() ? "as the reactive policy wants" : reactive.why;
      if (plan) text += "; the forecast asks for " + std::to_string(plan->replicas);
    } else {
      text += "nothing is known to forecast from";
    }
    if (wanted > replicas) text += "; limited by max_replicas";
    if (wanted < replicas) text += replicas == s_.min_replicas ? "; limited by min_replicas" : "; requests wait";
    return text;
  }

  std::map<std::string, double> inputs(const ServiceSignal& signal, std::int64_t replicas,
                                       const std::optional<Plan>& plan, const ScalingDecision& reactive) const {
    std::map<std::string, double> out = {{"current_replicas", static_cast<double>(signal.spec_replicas)},
                                         {"desired", static_cast<double>(replicas)}};
    if (plan) {
      out["lead_s"] = to_seconds(plan->lead);
      out["horizon_s"] = to_seconds(plan->until);
      out["forecast"] = plan->peak.mean;
      out["forecast_standard_error"] = plan->peak.standard_error;
      out["needed"] = plan->need;
      if (s_.metric) {
        out["target"] = s_.metric->target();
      } else {
        out["work_per_request_s"] = plan->work_s;
        out["load"] = plan->load;
      }
      out["forecast_replicas"] = static_cast<double>(plan->replicas);
    }
    if (reactive_) {
      out["reactive_replicas"] = static_cast<double>(reactive.replicas);
      for (const auto& [name, value] : reactive.inputs) out["reactive." + name] = value;
    }
    return out;
  }

  Settings s_;
  std::unique_ptr<Forecaster> forecaster_;
  MetricWindow window_;
  std::optional<InnerPolicy> reactive_;
  predictive::StartupTimes startups_;
  predictive::WorkMeter work_;
  predictive::ForecastAccuracy accuracy_;
  bool begun_ = false, has_seen_ = false;
  std::uint64_t arrived_ = 0;  // when last observed
  std::int64_t observed_ = 0;  // steps
  Duration mean_startup_{};
};

constexpr std::int64_t kMostSteps = 10'000;
constexpr Duration kShortestRhythm = std::chrono::milliseconds{100};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("min_replicas", s_.min_replicas, "Replicas at least", kNonNegative);
    v.field("max_replicas", s_.max_replicas, "Replicas at most", {.lo = 1, .hi = 1e6, .required = true});
    v.field("forecast", s_.forecast, "How the request rate of the next minutes is told from that of the past",
            kRequired);
    v.field("metric", s_.metric,
            "A figure that is forecast instead of the request rate, with its target per instance; sizing, capacity and "
            "work_per_request then do not matter. Its window should be the step");
    v.field("step", s_.step, "Time over which requests are counted: forecasts go step by step", {.lo = 0.1});
    v.field("history", s_.history, "Traffic before the run, so that a season is known when it begins");
    v.field("sizing", s_.sizing, "How many servers carry a load");
    v.field("capacity", s_.capacity,
            "Servers of one instance: the cores it may use, or the threads where work_per_request is the time that a "
            "request holds one; none: its CPU request",
            kPositive);
    v.field("work_per_request", s_.work_per_request,
            "Time for which a request keeps a server busy; none: CPU time used over requests completed, learnt in the "
            "run",
            kPositive);
    v.field("work_window", s_.work_window, "Time over which that is learnt", kPositive);
    v.field("startup_time", s_.startup_time,
            "Time an instance needs until it is ready; none: the longest of the last ten starts", kNonNegative);
    v.field("startup_guess", s_.startup_guess,
            "What is taken for it until a start was seen; none: the mean of the service's start-up phases",
            kNonNegative);
    v.field("hold", s_.hold,
            "Replicas are to last for so long after new ones can be ready: the highest forecast until then counts",
            kNonNegative);
    v.field("safety", s_.safety, "Standard errors of the forecast that are added to it", kNonNegative);
    v.field("sync_period", s_.sync_period, "Time between two decisions; with a reactive policy, that one's counts",
            {.lo = 0.1});
    v.field("reactive", s_.reactive,
            "A policy that looks at what is there: the higher of both counts, so that it takes care of surprises");
  }

  void check(Problems& p) override {
    if (s_.max_replicas < s_.min_replicas)
      p.error("/max_replicas",
              std::to_string(s_.max_replicas) + " is below min_replicas, " + std::to_string(s_.min_replicas));
    ProblemsBelow of_forecast(p, "/forecast");
    s_.forecast->check_step(s_.step, of_forecast);
    if (s_.hold / s_.step > kMostSteps)
      p.error("/hold", "is more than " + std::to_string(kMostSteps) + " steps of " + format_duration(s_.step));
    if (s_.metric && !s_.metric->per_instance())
      p.error("/metric",
              "is no figure of which each instance takes a part; request_rate, concurrency, queue_length, cpu "
              "and signal are, with per_instance");
    if (s_.metric && s_.history && s_.metric.type() != "request_rate")
      p.error("/history", "counts requests, and the metric is " + s_.metric.type());
    check_inner_policy(s_.reactive, "/reactive", p);
    if (!s_.reactive || s_.reactive->on_demand() != nullptr) return;
    const Duration shared = InnerPolicy(s_.reactive->make()).shared_observe_period(s_.step);
    if (shared < kShortestRhythm)
      p.error("/step", format_duration(s_.step) + " and the rhythm of the reactive " + s_.reactive.type() +
                           " have no common measure of at least " + format_duration(kShortestRhythm));
  }

  void load(const std::filesystem::path& folder, Problems& p) override {
    if (s_.history) {
      ProblemsBelow of_history(p, "/history");
      s_.history->load(folder, s_.step, of_history);
    }
    if (s_.reactive) {
      ProblemsBelow of_reactive(p, "/reactive");
      s_.reactive.mutable_params().load(folder, of_reactive);
    }
  }

  bool needs_cpu_request() const override {
    return (!s_.metric && !s_.capacity) || (s_.reactive && s_.reactive->needs_cpu_request());
  }
  std::optional<std::int64_t> most_replicas() const override { return s_.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<Predictive>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_predictive(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("predictive",
                          "Replicas for the traffic that is forecast, ahead by the time that instances need to start");
}

}  // namespace windtunnel
