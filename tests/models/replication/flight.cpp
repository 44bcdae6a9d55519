#include "tests/models/replication/flight.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace windtunnel::test {
namespace {

class Writer {
 public:
  void add(const std::string& text) { out += text + "\n"; }
  void add(std::uint64_t number) { add(std::to_string(number)); }
  void add(double number) { add(std::isnan(number) ? "nan" : std::to_string(std::bit_cast<std::uint64_t>(number))); }
  void add(const std::vector<double>& numbers) {
    for (const double n : numbers) add(n);
  }
  void add(const Histogram& h) {
    add(h.count());
    add(h.mean());
    for (const Histogram::Bucket& b : h.buckets()) {
      add(static_cast<std::uint64_t>(b.range.lowest));
      add(b.count);
    }
  }
  std::string out;
};

}  // namespace

std::vector<Seen> Recorder::by_arrival() const {
  std::vector<Seen> sorted = requests;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Seen& a, const Seen& b) { return a.arrived < b.arrived; });
  return sorted;
}

std::vector<Seen> Recorder::with(Outcome outcome) const {
  std::vector<Seen> out;
  for (const Seen& r : by_arrival())
    if (r.outcome == outcome) out.push_back(r);
  return out;
}

double Flight::figure(const std::string& metric) const {
  const Metric* found = result.find_metric(metric);
  EXPECT_NE(found, nullptr) << "no metric " << metric;
  return found == nullptr ? std::nan("") : found->estimate.mean;
}

std::uint64_t Flight::count(Outcome outcome) const {
  std::uint64_t n = 0;
  for (const ServiceResult& s : result.services) n += s.outcomes[static_cast<std::size_t>(outcome)];
  return n;
}

std::vector<Decision> Flight::changes() const {
  std::vector<Decision> out;
  for (const Decision& d : result.decisions)
    if (d.kind != "hold") out.push_back(d);
  return out;
}

Scenario scenario_of(const std::string& text, const std::vector<Override>& overrides) {
  return parse_scenario(text, ".", "test", overrides).scenario;
}

Flight fly(const std::string& text, const std::vector<Override>& overrides, std::uint64_t replications,
           std::uint64_t seed) {
  const Scenario scenario = scenario_of(text, overrides);
  Flight flight;
  RunOptions options;
  options.seed = seed;
  options.replications = replications;
  options.threads = 1;
  options.observer = &flight.seen;
  flight.result = run(scenario, options);
  return flight;
}

std::string digest(const Result& result) {
  Writer w;
  w.add(result.scenario_hash);
  w.add(result.seed);
  w.add(result.replications);
  for (const ServiceResult& s : result.services) {
    w.add(s.name);
    w.add(s.arrived);
    for (const std::uint64_t n : s.outcomes) w.add(n);
    w.add(s.in_flight_at_end);
    w.add(s.latency);
    w.add(s.wait_time);
  }
  for (const ClassResult& c : result.classes) {
    w.add(c.traffic + "/" + c.request_class + "/" + c.service);
    w.add(c.arrived);
    for (const std::uint64_t n : c.outcomes) w.add(n);
    w.add(c.latency);
    w.add(c.wait_time);
  }
  for (const Metric& m : result.metrics) {
    w.add(m.name + " " + m.unit);
    w.add(m.values);
    w.add(m.estimate.mean);
    w.add(m.estimate.half_width_95);
  }
  for (const Series& s : result.series) {
    w.add(s.service);
    w.add(s.times_s);
    for (const Series::Column& c : s.columns) {
      w.add(c.name);
      w.add(c.values);
    }
  }
  for (const Decision& d : result.decisions) {
    w.add(d.time_s);
    w.add(d.service + " " + d.kind + " " + d.sentence);
    for (const auto& [name, value] : d.inputs) {
      w.add(name);
      w.add(value);
    }
    if (!d.scaling) continue;
    w.add(std::to_string(d.scaling->before) + " " + std::to_string(d.scaling->after));
    w.add(std::to_string(d.scaling->how.recommendation.value_or(-1)));
    for (const Ruling& r : d.scaling->how.rules)
      w.add(r.rule + " " + std::to_string(r.before) + " " + std::to_string(r.after));
  }
  for (const ObjectiveResult& o : result.objectives) {
    w.add(o.name);
    w.add(o.estimate.mean);
    w.add(static_cast<std::uint64_t>(o.verdict));
  }
  return w.out;
}

}  // namespace windtunnel::test
