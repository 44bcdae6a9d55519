#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    for (const char* figure : {".visible", ".arrived"})
      looked_at_.push_back(signal_metric(s_.queue + figure, {.window = Duration{0}, .per_instance = false}));
    for (const MetricChoice& metric : looked_at_) keep(*metric);
  }

 private:
  double servers(const Load& load, const ServiceSignal& signal, std::string& why,
                 std::map<std::string, double>& inputs) const override {
    const double waiting = static_cast<double>(signal.waiting) + in_queue(signal);
    inputs["waiting"] = waiting;
    why = spell_number(waiting) + " waiting, to be gone in " + format_duration(s_.drain_time);
    return (load.rate + waiting / to_seconds(s_.drain_time)) * load.work_s / s_.utilization.value;
  }

  double in_queue(const ServiceSignal& signal) const { return looked_at_.empty() ? 0 : signal.named[0]; }

  // Messages that arrived, not those that were handled: while a backlog shrinks those are more.
  std::optional<double> rate(const ServiceSignal& signal) override {
    if (looked_at_.empty()) return LoadPolicy::rate(signal);
    arrived_.emplace_back(signal.now, signal.named[1]);
    while (arrived_.size() > 1 && arrived_[1].first <= signal.now - window()) arrived_.pop_front();
    const auto& [from, count] = arrived_.front();
    if (from == signal.now) return std::nullopt;
    return (signal.named[1] - count) / to_seconds(signal.now - from);
  }

  Settings s_;
  std::vector<MetricChoice> looked_at_;              // of the queue: what is visible, and what has arrived
  std::deque<std::pair<Time, double>> arrived_{{}};  // at the beginning of the window, and since
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
