#include "models/run.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <limits>
#include <memory>
#include <numeric>

#include "models/replication/replication.hpp"
#include "models/scenario/read.hpp"
#include "models/theory/availability.hpp"
#include "models/theory/caches.hpp"
#include "models/theory/paths.hpp"
#include "models/theory/prediction.hpp"
#include "sim/replications.hpp"

namespace windtunnel {
namespace {

constexpr std::uint64_t kEventsBetweenLooks = 1 << 16;  // at the stop token; a few milliseconds

void merge(Result& result, std::vector<SizingBooks>& sizing, Record& record, bool first) {
  for (std::size_t i = 0; i < record.classes.size(); ++i) {
    ClassResult& c = result.classes[i];
    const Record::ClassRecord& r = record.classes[i];
    ServiceResult& s = *std::find_if(result.services.begin(), result.services.end(),
                                     [&](const ServiceResult& x) { return x.name == c.service; });
    c.arrived += r.arrived;
    s.arrived += r.arrived;
    s.in_flight_at_end += r.in_flight;
    for (std::size_t k = 0; k < kOutcomes; ++k) {
      c.outcomes[k] += r.outcomes[k];
      s.outcomes[k] += r.outcomes[k];
    }
    c.latency.merge(r.latency);
    c.wait_time.merge(r.wait_time);
    s.latency.merge(r.latency);
    s.wait_time.merge(r.wait_time);
  }
  if (first) {
    result.series = std::move(record.series);
    result.decisions = std::move(record.decisions);
    sizing = std::move(record.sizing);
    for (const Record::Value& v : record.values) result.metrics.push_back({v.name, v.unit, {}, {}});
    for (const std::size_t place : record.figures) result.figures.push_back(record.values[place].name);
  }
  for (std::size_t i = 0; i < sizing.size() && !first; ++i) sizing[i].merge(record.sizing[i]);
  for (std::size_t i = 0; i < record.values.size(); ++i) result.metrics[i].values.push_back(record.values[i].value);
}

}  // namespace

Result run(const Scenario& scenario, const RunOptions& options) {
  const std::uint64_t seed = options.seed.value_or(static_cast<std::uint64_t>(scenario.seed));
  const std::uint64_t replications =
      std::max<std::uint64_t>(1, options.replications.value_or(static_cast<std::uint64_t>(scenario.replications)));

  Result result;
  result.scenario = scenario.name;
  result.description = scenario.description;
  result.scenario_hash = text_hash(effective_scenario(scenario));
  result.version = version();
  result.seed = seed;
  result.replications = replications;
  result.warmup_s = to_seconds(scenario.warmup);
  result.horizon_s = to_seconds(scenario.horizon);
  result.currency = scenario.cost.currency;
  for (const auto& [name, params] : scenario.services) {
    result.services.emplace_back();
    result.services.back().name = name;
  }
  result.classes = Replication::class_names(scenario);
  for (const auto& [name, unused] : scenario.queues) result.queues.push_back(name);

  std::vector<std::unique_ptr<Record>> records(replications);
  std::vector<SizingBooks> sizing;
  std::vector<std::atomic<double>> shares(replications);
  const auto work = [&](std::uint64_t i) {
    Replication replication(scenario, seed, i, i == 0 ? options.observer : nullptr, options.stop);
    while (!replication.advance(kEventsBetweenLooks)) {
      shares[i].store(replication.share_done(), std::memory_order_relaxed);
      if (options.stop.stop_requested()) return;
    }
    records[i] = std::make_unique<Record>(replication.finish());
    shares[i].store(1, std::memory_order_relaxed);
  };
  const auto in_order = [&](std::uint64_t i) {
    merge(result, sizing, *records[i], i == 0);
    records[i].reset();
  };
  std::function<void()> idle;
  if (options.progress)
    idle = [&] {
      double sum = 0;
      for (const auto& share : shares) sum += share.load(std::memory_order_relaxed);
      options.progress(sum / static_cast<double>(replications));
    };
  if (!do_in_order(replications, options.threads, work, in_order, idle, options.stop)) throw Interrupted{};

  for (const SizingBooks& books : sizing)
    if (std::optional<Sizing> advice = books.advice()) result.sizing.push_back(*std::move(advice));
  for (Metric& m : result.metrics) m.estimate = estimate(m.values);
  result.theory = compare_with_theory(scenario, result);
  for (TheoryOf& cache : compare_caches(scenario, result)) result.theory.push_back(std::move(cache));
  result.availability = compare_availability(scenario, result);
  result.paths = compare_paths(scenario, result);
  for (const auto& objective : scenario.objectives) result.objectives.push_back(judge(*objective, result));
  return result;
}

const char* version() { return WINDTUNNEL_VERSION; }

std::string text_hash(std::string_view text) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(fnv1a64(text)));
  return digits;
}

}  // namespace windtunnel
