#include "models/replay/replay.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "models/autoscaler/reason_log.hpp"
#include "models/replay/recorded_service.hpp"
#include "models/run.hpp"
#include "sim/event/simulation.hpp"

namespace windtunnel {
namespace {

constexpr const char* kService = "service";

// What happens in a replay; a null one is told nothing.
class Course {
 public:
  explicit Course(const Replay& replay)
      : replay_(replay),
        most_possible_(replay.params.autoscaler->most_replicas()),
        resolution_(replay.params.resolution),
        left_(replay.end - replay.begin) {
    series_.service = kService;
    series_.resolution_s = to_seconds(resolution_);
    series_.columns = {{"replicas_ready", "", {}}, {"replicas_desired", "", {}}};
    if (replay.recorded_replicas) series_.columns.push_back({"replicas_recorded", "", {}});
  }

  // Until `now` things were as they are; to be called before they change.
  void hold(const RecordedService& service, Time now) {
    const double seconds = to_seconds(now - since_);
    const auto asked = static_cast<double>(service.replicas()), ready = static_cast<double>(service.ready());
    asked_seconds_ += asked * seconds;
    if (capped_) capped_seconds_ += seconds;
    if (most_possible_ && service.replicas() >= *most_possible_) at_max_seconds_ += seconds;
    if (service.missing()) missing_seconds_ += seconds;
    least_ = std::min(least_, asked);
    most_ = std::max(most_, asked);
    if (const auto recorded = recorded_at(since_)) {
      recorded_seconds_ += *recorded * seconds;
      known_seconds_ += seconds;
      if (ready < *recorded) fewer_seconds_ += seconds;
    }
    since_ = now;
  }

  void point(const RecordedService& service, Time now) {
    series_.times_s.push_back(to_seconds(now));
    series_.columns[0].values.push_back(static_cast<double>(service.ready()));
    series_.columns[1].values.push_back(static_cast<double>(service.replicas()));
    if (replay_.recorded_replicas)
      series_.columns[2].values.push_back(
          recorded_at(now - Duration{1}).value_or(std::numeric_limits<double>::quiet_NaN()));
  }

  void decided(ScalingDecision decision, std::int64_t before, Time now) {
    if (!decision.why.empty()) capped_ = decision.how.recommendation.value_or(0) > decision.replicas;
    const std::int64_t after = decision.replicas;
    if (after != before) {
      if (!decision.why.empty()) reasons_.changed(decision.how, now);
    } else if (decision.why.empty() || !reasons_.is_new_hold(decision.how, before, now)) {
      return;
    }
    const int direction = after == before ? 0 : after > before ? 1 : -1;
    if (direction != 0) {
      ++changes_;
      reversals_ += direction == -last_direction_;
      last_direction_ = direction;
    }
    decisions_.push_back(
        {to_seconds(now), kService,
         direction == 0  ? "hold"
         : direction > 0 ? "scale_up"
                         : "scale_down",
         direction == 0 ? "stays at " + std::to_string(after) + ": " + decision.why : std::move(decision.sentence),
         std::move(decision.inputs), Scaling{before, after, std::move(decision.how)}});
  }

  void write(Result& result) {
    const double seconds = to_seconds(left_);
    const auto figure = [&](const std::string& name, const std::string& unit, double value) {
      result.metrics.push_back({std::string(kService) + "." + name, unit, {value}, estimate({&value, 1})});
      result.figures.push_back(result.metrics.back().name);
    };
    figure("replicas.mean", "", asked_seconds_ / seconds);
    figure("replicas.min", "", least_);
    figure("replicas.max", "", most_);
    figure("instance_hours", "", asked_seconds_ / 3600);
    figure("changes", "", static_cast<double>(changes_));
    figure("reversals", "", static_cast<double>(reversals_));
    figure("capped_time", "share", capped_seconds_ / seconds);
    if (most_possible_) figure("at_max_time", "share", at_max_seconds_ / seconds);
    figure("missing_time", "share", missing_seconds_ / seconds);
    if (replay_.recorded_replicas && known_seconds_ > 0) {
      figure("recorded.mean", "", recorded_seconds_ / known_seconds_);
      figure("recorded.instance_hours", "", recorded_seconds_ / 3600);
      figure("fewer_than_recorded_time", "share", fewer_seconds_ / known_seconds_);
    }
    result.series.push_back(std::move(series_));
    result.decisions = std::move(decisions_);
  }

 private:
  std::optional<double> recorded_at(Time t) const {
    if (!replay_.recorded_replicas) return std::nullopt;
    return replay_.recorded_replicas->at(replay_.begin + t.count());
  }

  const Replay& replay_;
  std::optional<std::int64_t> most_possible_;
  Duration resolution_, left_;
  Series series_;
  std::vector<Decision> decisions_;
  ReasonLog reasons_;
  Time since_{};
  bool capped_ = false;  // it asked for more than its rules let it have
  int last_direction_ = 0;
  std::int64_t changes_ = 0, reversals_ = 0;
  double asked_seconds_ = 0, capped_seconds_ = 0, at_max_seconds_ = 0, missing_seconds_ = 0;
  double recorded_seconds_ = 0, known_seconds_ = 0, fewer_seconds_ = 0;
  double least_ = std::numeric_limits<double>::infinity(), most_ = 0;
};

// The autoscaler at its rhythms, in the order that a run has: who is due at the same moment comes in the order in which
// it asked to be.
class Flight {
 public:
  Flight(const Replay& replay, const StandIns& stand_ins, Course* course)
      : replay_(replay),
        end_(replay.end - replay.begin),
        autoscaler_(replay.params.autoscaler->make()),
        service_(replay, autoscaler_->watched(), stand_ins),
        course_(course) {
    autoscaler_->run_begins({kService, Streams{1, 0}, {}});
    if (autoscaler_->observe_period() > Duration::zero())
      sim_.after(autoscaler_->observe_period(), [this] { observe(); });
    sim_.after(autoscaler_->sync_period(), [this] { control(); });
    if (course_ != nullptr) sim_.after(replay.params.resolution, [this] { point(); });
  }

  // A digest of all that the autoscaler said, to tell whether it depends on something.
  std::uint64_t fly() {
    sim_.run_until(Time{end_}, *this, std::numeric_limits<std::uint64_t>::max());
    advance(Time{end_});
    autoscaler_->run_ends();
    return digest_;
  }

  void on_event(unsigned, std::uint32_t, std::uint32_t) {}
  void on_source(std::uint32_t) {}

 private:
  // In steps at which somebody becomes ready, for the course's sake.
  void advance(Time now) {
    if (course_ == nullptr) return service_.advance(now);
    while (service_.now() < now) {
      const Time next = std::min(now, service_.next_change());
      course_->hold(service_, next);
      service_.advance(next);
    }
  }

  bool can_be_asked() const { return !service_.missing() || autoscaler_->bears_gaps(); }

  void observe() {
    advance(sim_.now());
    if (can_be_asked()) {
      autoscaler_->observe(service_.look());
      service_.forget_latency();
      if (service_.asleep() && autoscaler_->wake(service_.look())) scale();
    }
    sim_.after(autoscaler_->observe_period(), [this] { observe(); });
  }

  void control() {
    scale();
    sim_.after(autoscaler_->sync_period(), [this] { control(); });
  }

  void scale() {
    advance(sim_.now());
    if (!can_be_asked()) return;
    const std::int64_t before = service_.replicas();
    ScalingDecision decision = autoscaler_->decide(service_.look());
    if (autoscaler_->observe_period() == Duration::zero()) service_.forget_latency();
    note(static_cast<std::uint64_t>(decision.replicas));
    for (const auto& [name, value] : decision.inputs) note(std::bit_cast<std::uint64_t>(value));
    if (decision.again) sim_.after(*decision.again, [this] { scale(); });
    const std::int64_t after = decision.replicas;
    if (course_ != nullptr) course_->decided(std::move(decision), before, sim_.now());
    service_.set_replicas(after);
  }

  void point() {
    advance(sim_.now());
    course_->point(service_, sim_.now());
    sim_.after(replay_.params.resolution, [this] { point(); });
  }

  void note(std::uint64_t word) { digest_ = (digest_ ^ word) * 0x100000001b3U; }

  const Replay& replay_;
  std::int64_t end_;
  Simulation sim_;
  std::unique_ptr<Autoscaler> autoscaler_;
  RecordedService service_;
  Course* course_;
  std::uint64_t digest_ = 0xcbf29ce484222325U;
};

struct Unrecorded {
  const char* name;
  const char* meaning;
  double other;
};
constexpr Unrecorded kMetrics[] = {{"cpu", "CPU in cores", 0.7},
                                   {"memory", "memory in bytes", 1e9},
                                   {"request_rate", "requests per second", 37},
                                   {"concurrency", "requests in flight", 11},
                                   {"queue_length", "requests that wait", 5},
                                   {"latency", "latency in seconds", 0.5},
                                   {"error_ratio", "share of requests lost", 0.5}};

// An autoscaler does not say what it looks at. But where another value of something changes what it says, it does.
void check_record(const Replay& replay) {
  std::vector<Issue> missing;
  std::optional<std::uint64_t> as_it_is;
  for (const Unrecorded& metric : kMetrics) {
    if (replay.metrics.contains(metric.name)) continue;
    if (!as_it_is) as_it_is = Flight(replay, {}, nullptr).fly();
    if (Flight(replay, {{metric.name, metric.other}}, nullptr).fly() == *as_it_is) continue;
    const std::string at = std::string("/record/") + metric.name;
    missing.push_back(
        {{}, 0, 0, at, "is missing: " + replay.params.autoscaler.type() + " looks at it (" + metric.meaning + ")"});
  }
  if (!missing.empty()) throw ConfigError(std::move(missing));
}

}  // namespace

Result replay(const Replay& replay) {
  check_record(replay);
  Result result;
  result.scenario = replay.params.name;
  result.description = replay.params.description;
  result.scenario_hash = text_hash(effective_replay(replay));
  result.version = version();
  result.horizon_s = to_seconds(Duration{replay.end - replay.begin});
  Course course(replay);
  Flight(replay, {}, &course).fly();
  course.write(result);
  return result;
}

}  // namespace windtunnel
