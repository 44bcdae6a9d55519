#include <string>

#include "models/autoscaler/load_policy.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

struct Settings {
  LoadSettings load;
  Duration drain_time = std::chrono::minutes{1};
  Share utilization{1};
  std::string queue;
};

// Servers for what arrives, and for what waits to be gone within the drain time: (rate + waiting / drain time) x work.
class QueueDrain final : public LoadPolicy {
 public:
  explicit QueueDrain(const Settings& s) : LoadPolicy(s.load), s_(s) {
    if (s_.queue.empty()) return;
    visible_ = signal_metric(s_.queue + ".visible", {.window = Duration{0}, .per_instance = false});
    keep(*visible_);
  }

 private:
  double servers(const Load& load, const ServiceSignal& signal, std::string& why,
                 std::map<std::string, double>& inputs) const override {
    const double waiting = static_cast<double>(signal.waiting) + in_queue(signal);
    inputs["waiting"] = waiting;
    why = spell_number(waiting) + " waiting, to be gone in " + format_duration(s_.drain_time);
    return (load.rate + waiting / to_seconds(s_.drain_time)) * load.work_s / s_.utilization.value;
  }

  double in_queue(const ServiceSignal& signal) const { return visible_ ? signal.named.front() : 0; }

  Settings s_;
  MetricChoice visible_;  // none: nothing but its requests wait
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("drain_time", s_.drain_time, "Time within which what waits now is to be served", kPositive);
    v.field("utilization", s_.utilization, "Share of the time that a server is to be busy",
            {.lo = 0, .hi = 1, .above_lo = true});
    v.field("queue", s_.queue, "The queue whose messages wait for it, beside the requests in it; none: those alone");
    s_.load.describe(v);
  }
  void check(Problems& p) override { s_.load.check(p); }
  bool needs_cpu_request() const override { return s_.load.needs_cpu_request(); }
  std::optional<std::int64_t> most_replicas() const override { return s_.load.limits.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<QueueDrain>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_queue_drain(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("queue_drain", "Servers for what arrives and for what waits, to be gone within a time");
}

}  // namespace windtunnel
