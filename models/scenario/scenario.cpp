#include "models/scenario/scenario.hpp"

#include "models/scenario/references.hpp"

namespace windtunnel {
namespace {

class AllSound final : public Soundness {
 public:
  bool readable(std::string_view) const override { return true; }
  bool sound(std::string_view) const override { return true; }
};

// More points than this in each of a dozen series per service is a mistake in a unit, not a wish.
constexpr std::int64_t kMostPoints = 10'000'000;

}  // namespace

void MetricsParams::describe(FieldVisitor& v) {
  v.field("resolution", resolution, "Length of one point of the series", kPositive);
  v.field("number_in_system", number_in_system, "Also keep for how long each service held how many requests");
}

void Scenario::describe(FieldVisitor& v) {
  v.field("$schema", schema, "Where editors find the JSON Schema of this format");
  v.field("windtunnel", windtunnel, "Version of the format", {.lo = 1, .hi = 1, .required = true});
  v.field("name", name, "What the scenario is called in results", kRequired);
  v.field("description", description, "The question it answers");
  v.field("horizon", horizon, "Simulated time that is measured", kPositive);
  v.field("warmup", warmup, "Simulated time before that, which is not measured", kNonNegative);
  v.field("seed", seed, "Of all random numbers; the same seed gives the same results", kNonNegative);
  v.field("replications", replications, "Independent runs, from which the intervals of the results come",
          {.lo = 1, .hi = 1e6});
  v.field("metrics", metrics, "What is recorded");
  v.field("traffic", traffic, "Where requests come from", kRequired);
  v.field("services", services, "What serves them, by name", kRequired);
  v.field("cluster", cluster, "Where instances run");
  v.field("faults", faults, "What goes wrong while it runs");
  v.field("objectives", objectives, "What counts as good");
  v.field("cost", cost, "What it costs");
}

void Scenario::check(Problems& p) {
  if (horizon / metrics.resolution > kMostPoints)
    p.error("/metrics/resolution", "gives " + std::to_string(horizon / metrics.resolution) +
                                       " points over the horizon; at most " + std::to_string(kMostPoints) +
                                       " are kept");
  if (warmup > kNever - horizon) p.error("/warmup", "with the horizon is longer than 290 years");
  check_references(*this, AllSound(), p);
}

}  // namespace windtunnel
