#include "models/scenario/scenario.hpp"

#include "models/scenario/references.hpp"
#include "models/workload/time_stamp.hpp"

namespace windtunnel {
namespace {

class AllSound final : public Soundness {
 public:
  bool readable(std::string_view) const override { return true; }
  bool sound(std::string_view) const override { return true; }
};

// More points than this in each of a dozen series per service is a mistake in a unit, not a wish.
constexpr std::int64_t kMostPoints = 10'000'000;

// Each has a handful of figures; a fleet of more is better looked at through its shares and quantiles.
constexpr double kMostInstances = 1000;

}  // namespace

void MetricsParams::describe(FieldVisitor& v) {
  v.field("resolution", resolution, "Length of one point of the series", kPositive);
  v.field("number_in_system", number_in_system, "Also keep for how long each service held how many requests");
  v.field("instances", instances,
          "So many instances of each service, the oldest, get figures of their own; with number_in_system also for how "
          "long each held how many requests",
          {.lo = 0, .hi = kMostInstances});
}

void Scenario::describe(FieldVisitor& v) {
  v.field("$schema", schema, "Where editors find the JSON Schema of this format");
  v.field("windtunnel", windtunnel, "Version of the format", {.lo = 1, .hi = 1, .required = true});
  v.field("name", name, "What the scenario is called in results", kRequired);
  v.field("description", description, "The question it answers");
  v.field("horizon", horizon, "Simulated time that is measured", kPositive);
  v.field("warmup", warmup, "Simulated time before that, which is not measured", kNonNegative);
  v.field("starts_at", starts_at,
          "Date and time (UTC) at the end of the warm-up, for what goes by the calendar; the default is a Monday");
  v.field("seed", seed, "Of all random numbers; the same seed gives the same results", kNonNegative);
  v.field("replications", replications, "Independent runs, from which the intervals of the results come",
          {.lo = 1, .hi = 1e6});
  v.field("metrics", metrics, "What is recorded");
  v.field("traffic", traffic, "Where requests come from", kRequired);
  v.field("services", services, "What serves them, by name", kRequired);
  v.field("queues", queues, "Queues of messages between them, by name; traffic and requests send, a service handles");
  v.field("signals", signals, "Numbers from outside that autoscalers may look at, by name");
  v.field("cluster", cluster, "Where instances run");
  v.field("faults", faults, "What goes wrong while it runs");
  v.field("objectives", objectives, "What counts as good");
  v.field("cost", cost, "What it costs");
}

Time Scenario::starts_at_utc() const { return Time{parse_time_stamp(starts_at).value_or(0)}; }

void Scenario::check(Problems& p) {
  if (!parse_time_stamp(starts_at))
    p.error("/starts_at", "is not a point in time; \"2024-01-01 00:00:00\" and \"2024-01-01T00:00:00Z\" fit");
  if (horizon / metrics.resolution > kMostPoints)
    p.error("/metrics/resolution", "gives " + std::to_string(horizon / metrics.resolution) +
                                       " points over the horizon; at most " + std::to_string(kMostPoints) +
                                       " are kept");
  if (starts_at_utc() > kNever - horizon) p.error("/starts_at", "with the horizon is beyond the year 2262");
  if (warmup > kNever - horizon) p.error("/warmup", "with the horizon is longer than 290 years");
  check_references(*this, AllSound(), p);
}

}  // namespace windtunnel
