#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/autoscaler/kpa/decider.hpp"
#include "models/autoscaler/kpa/scaler.hpp"
#include "models/autoscaler/kpa/settings.hpp"
#include "models/autoscaler/kpa/stats.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

using std::chrono::seconds;

// --- the control loop

std::string with_two_decimals(double value) {
  std::array<char, 64> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 2);
  std::string text(buffer.data(), written.ptr);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// The Knative Pod Autoscaler of knative/serving 1.23 with one activator. The revision is the only one, always
// reachable, and begins as the run finds it: with replicas it is active, and with more than one the autoscaler begins
// in panic, as after a restart; without any it has been scaled to zero. Left out: that several activators see a part of
// the pods each, the activator's own limit of 10,000 waiting requests, failing scrapes, and the time that a change of
// path takes.
class KnativeKpa final : public Autoscaler {
 public:
  explicit KnativeKpa(const kpa::Settings& s)
      : metric_(s.metric()),
        decider_spec_(s.decider()),
        scaler_spec_(s.scaler()),
        panic_window_(s.panic_window()),
        activator_capacity_(s.config.activator_capacity),
        scrapes_(!scaler_spec_.activator_always_in_path),
        collection_(metric_, s.annotations.algorithm, s.stable_window(), panic_window_, scrapes_),
        scraper_(s.stable_window()),
        excess_burst_capacity_(kpa::initial_excess_burst_capacity(decider_spec_, s.initial_scale())),
        in_path_(excess_burst_capacity_ < 0) {}

  Duration sync_period() const override { return kpa::kTick; }
  Duration observe_period() const override { return seconds{1}; }
  Watched watched() const override { return {.requests = true, .latency = false, .signals = {}}; }

  void observe(const ServiceSignal& signal) override {
    look(signal);
    if (const auto stat = reporter_.report(counters(signal), signal.now)) collection_.record(signal.now, *stat);
    if (!scrapes_) return;
    if (const auto stat = scraper_.scrape(signal.instances, signal.now)) collection_.record(signal.now, *stat);
  }

  bool wake(const ServiceSignal& signal) override {
    look(signal);
    return poked_;
  }

  ScalingDecision decide(const ServiceSignal& signal) override {
    look(signal);
    const std::int64_t ready = ready_pods(signal);
    bool changed = ready != ready_;
    ready_ = ready;
    const bool tick = signal.now >= next_tick_;
    if (tick) next_tick_ = signal.now + kpa::kTick;
    const bool poked = std::exchange(poked_, false);
    if (tick || poked) changed = recommend(signal.now) || changed;
    if (changed || signal.now >= look_again_at_) reconcile(signal);

    ScalingDecision out;
    out.replicas = order_.apply ? order_.scale : signal.spec_replicas;
    out.how = derivation(signal.spec_replicas, out.replicas);
    if (averages_ || out.replicas != signal.spec_replicas) out.why = why(out.replicas);
    if (out.replicas != signal.spec_replicas) out.sentence = spell_change(signal.spec_replicas, out.replicas, out.why);
    out.inputs = inputs(signal.spec_replicas, out.replicas);
    out.buffer = in_path_;
    out.again = std::exchange(again_, std::nullopt);
    return out;
  }

 private:
  static std::int64_t ready_pods(const ServiceSignal& signal) {
    return std::count_if(signal.instances.begin(), signal.instances.end(),
                         [](const auto& i) { return i.state == InstanceSignal::State::kReady; });
  }
  static kpa::ActivatorReporter::Counters counters(const ServiceSignal& signal) {
    return {signal.proxied.arrived, signal.proxied.outstanding_seconds};
  }

  // What every look begins with: the state that the run found, and a first request that the activator has seen.
  void look(const ServiceSignal& signal) {
    if (!decider_) begin(signal);
    const auto stat = reporter_.first_request(counters(signal), signal.proxied.first_arrival);
    if (!stat) return;
    collection_.record(signal.proxied.first_arrival, *stat);
    if (desired_ == 0) poked_ = true;
  }

  void begin(const ServiceSignal& signal) {
    ready_ = ready_pods(signal);
    decider_.emplace(decider_spec_, ready_, Time{0});
    kpa::Activity activity;
    if (signal.spec_replicas == 0 && scaler_spec_.min_scale == 0) {
      activity = {kpa::Activity::State::kInactive, Time{0}, true};
      desired_ = 0;
      in_path_ = true;
    }
    scaler_.emplace(scaler_spec_, activity);
    scaler_->update(desired_, ready_, Time{0}, Time{0});
    path_.activator = in_path_ || ready_ == 0;
  }

  // A tick of the decider; whether there is something for the reconciler to do.
  bool recommend(Time now) {
    averages_ = collection_.averages(now);
    if (!averages_) return false;
    recommendation_ = decider_->decide(ready_, averages_->stable, averages_->panic, now);
    const bool changed = recommendation_.desired != desired_ ||
                         (recommendation_.excess_burst_capacity < 0) != (excess_burst_capacity_ < 0);
    desired_ = recommendation_.desired;
    excess_burst_capacity_ = recommendation_.excess_burst_capacity;
    return changed;
  }

  void reconcile(const ServiceSignal& signal) {
    const Time now = signal.now;
    const kpa::Activity before = scaler_->activity();
    order_ = scaler_->order(desired_, path_, now);
    in_path_ = scaler_->proxies(order_.scale, excess_burst_capacity_);
    // Where no pod is ready the revision's address leads to the activator anyway.
    if (const bool answers = in_path_ || ready_ == 0; answers != path_.activator) path_ = {answers, now};
    idle_for_ = now - before.since;
    gave_up_ = before.state == kpa::Activity::State::kActivating && order_.scale == 0;
    scaler_->update(order_.scale, ready_, reached(signal), now);
    // Pods that become ready bring more than one reconciliation; the next one finds the initial scale reached.
    if (scaler_->activity().initialized != before.initialized) order_ = scaler_->order(desired_, path_, now);
    look_again_at_ = order_.look_again ? now + *order_.look_again : kNever;
    again_ = order_.look_again;
  }

  // When there came to be as many ready pods as make the revision active.
  Time reached(const ServiceSignal& signal) {
    const auto threshold = static_cast<std::size_t>(std::max<std::int64_t>(1, scaler_->active_threshold()));
    since_.clear();
    for (const InstanceSignal& instance : signal.instances)
      if (instance.state == InstanceSignal::State::kReady) since_.push_back(instance.ready_since);
    if (since_.size() < threshold) return signal.now;
    std::nth_element(since_.begin(), since_.begin() + static_cast<std::ptrdiff_t>(threshold - 1), since_.end());
    return since_[threshold - 1];
  }

  std::string why(std::int64_t to) const {
    if (to == 0 && gave_up_) return "not active within " + format_duration(scaler_spec_.activation_timeout);
    if (to == 0)
      return "no requests over " + format_duration(decider_spec_.stable_window) + ", inactive for " +
             format_duration(idle_for_);
    if (!averages_) return "before there are any metrics" + limits(to);
    const bool panic = recommendation_.panicking && recommendation_.panic_wants > recommendation_.stable_wants;
    std::string text = metric_ == kpa::Metric::kConcurrency ? "concurrency " : "requests per second ";
    text += with_two_decimals(panic ? averages_->panic : averages_->stable) + " over " +
            format_duration(panic ? panic_window_ : decider_spec_.stable_window) + ", target " +
            with_two_decimals(decider_spec_.target.value) + " per pod, " + std::to_string(ready_) + " ready";
    if (recommendation_.panicking) text += ", panicking";
    return text + limits(to);
  }

  static std::string_view name_of(kpa::Bound bound) {
    switch (bound) {
      case kpa::Bound::kMinScale:
        return "min-scale";
      case kpa::Bound::kInitialScale:
        return "initial-scale";
      case kpa::Bound::kMaxScale:
        return "max-scale";
      case kpa::Bound::kNeverToZero:
        return "enable-scale-to-zero";
      case kpa::Bound::kActiveTooShort:
        return "stable window";
      case kpa::Bound::kNone:
        break;
    }
    return {};
  }

  std::int64_t wants() const {
    if (!recommendation_.panicking) return recommendation_.stable_wants;
    return std::max(recommendation_.stable_wants, recommendation_.panic_wants);
  }
  // The rule of the decider that makes it `to` pods instead of those wanted, the delay aside.
  std::string_view rate_rule(std::int64_t to) const {
    if (to < wants()) return "max-scale-up-rate";
    if (recommendation_.panicking && to > recommendation_.least) return "panic";
    return to == recommendation_.least ? "max-scale-down-rate" : "activation-scale";
  }

  std::string limits(std::int64_t to) const {
    if (order_.bound == kpa::Bound::kActiveTooShort)
      return "; the last pod stays until it was active for the stable window";
    if (order_.bound != kpa::Bound::kNone) return "; limited by " + std::string(name_of(order_.bound));
    if (to > 0 && recommendation_.desired == 0) return "; on its way to zero pods";
    if (to == wants()) return {};
    if (recommendation_.desired > recommendation_.undelayed) return "; held by scale-down-delay";
    const std::string_view rule = rate_rule(to);
    return rule == "panic" ? "; no fewer in panic" : "; limited by " + std::string(rule);
  }

  Derivation derivation(std::int64_t from, std::int64_t to) const {
    Derivation out;
    std::int64_t reached = from;
    if (averages_) {
      out.recommendation = wants();
      out.apply(rate_rule(recommendation_.undelayed), wants(), recommendation_.undelayed);
      out.apply("scale-down-delay", recommendation_.undelayed, recommendation_.desired);
      reached = recommendation_.desired;
    }
    if (order_.bound != kpa::Bound::kNone) {
      out.apply(name_of(order_.bound), reached, to);
    } else {
      out.apply("scale-to-zero", reached, to);  // steps on the way, of which each waits for something
    }
    return out;
  }

  std::map<std::string, double> inputs(std::int64_t from, std::int64_t to) const {
    std::map<std::string, double> out = {
        {"current_replicas", static_cast<double>(from)},
        {"ready", static_cast<double>(ready_)},
        {"target", decider_spec_.target.value},
        {"total", decider_spec_.target.total},
        {"excess_burst_capacity", static_cast<double>(excess_burst_capacity_)},
        {"activators", static_cast<double>(kpa::activators(decider_spec_, ready_, activator_capacity_))},
        {"desired", static_cast<double>(to)}};
    if (!averages_) return out;
    out["stable"] = averages_->stable;
    out["panic"] = averages_->panic;
    out["stable_recommendation"] = static_cast<double>(recommendation_.stable_wants);
    out["panic_recommendation"] = static_cast<double>(recommendation_.panic_wants);
    out["least_by_rate"] = static_cast<double>(recommendation_.least);
    out["most_by_rate"] = static_cast<double>(recommendation_.most);
    out["panicking"] = recommendation_.panicking ? 1 : 0;
    out["undelayed"] = static_cast<double>(recommendation_.undelayed);
    out["recommended"] = static_cast<double>(recommendation_.desired);
    return out;
  }

  kpa::Metric metric_;
  kpa::DeciderSpec decider_spec_;
  kpa::ScalerSpec scaler_spec_;
  Duration panic_window_;
  double activator_capacity_;
  bool scrapes_;

  kpa::Collection collection_;
  kpa::Scraper scraper_;
  kpa::ActivatorReporter reporter_;
  std::optional<kpa::Decider> decider_;
  std::optional<kpa::Scaler> scaler_;

  // The decider's status.
  std::int64_t desired_ = kpa::kUnknown;
  std::int64_t excess_burst_capacity_;
  std::optional<kpa::Collection::Averages> averages_;
  kpa::Recommendation recommendation_;
  bool poked_ = false;
  Time next_tick_ = kpa::kTick;

  // What the reconciler made of it when it last ran.
  kpa::Order order_;
  bool in_path_;  // the activator is meant to be
  kpa::Path path_;
  std::int64_t ready_ = 0;
  Duration idle_for_{0};  // in the condition that the last order was given in
  bool gave_up_ = false;
  Time look_again_at_{0};
  std::optional<Duration> again_;
  std::vector<Time> since_;  // scratch of reached()
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("annotations", s_.annotations, "The revision's metadata.annotations, as they stand in a manifest");
    v.field("config", s_.config, "The data of the ConfigMap config-autoscaler");
    v.field("containerConcurrency", s_.container_concurrency,
            "The revision's limit on the requests that a pod has in flight; 0: none", {.lo = 0, .hi = 1000});
  }

  void check(Problems& p) override { s_.check(p); }

  std::optional<Buffering> buffering() const override {
    return Buffering{s_.container_concurrency,
                     kpa::initial_excess_burst_capacity(s_.decider(), s_.initial_scale()) < 0};
  }
  std::optional<std::int64_t> most_replicas() const override {
    const std::int64_t most = s_.scaler().max_scale;
    return most > 0 ? std::optional(most) : std::nullopt;
  }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<KnativeKpa>(s_); }

 private:
  kpa::Settings s_;
};

}  // namespace

void add_knative_kpa(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("knative_kpa", "Knative Pod Autoscaler: requests in flight or per second, down to zero pods");
}

}  // namespace windtunnel
