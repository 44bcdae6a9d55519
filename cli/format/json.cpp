#include <array>

#include "cli/format/format.hpp"
#include "sim/time.hpp"

namespace windtunnel::cli {
namespace {

// Written by hand: the layout (one line per metric, column and decision, so that a diff of two results is readable) and
// the shortest numbers are the point, and no library gives both.
class Object {
 public:
  Object& add(std::string_view key, const std::string& json) {
    text_ += text_.empty() ? "" : ", ";
    text_ += json_quote(key) + ": " + json;
    return *this;
  }
  Object& add_text(std::string_view key, std::string_view text) { return add(key, json_quote(text)); }
  Object& add_number(std::string_view key, double value) { return add(key, json_number(value)); }
  Object& add_count(std::string_view key, std::uint64_t value) { return add(key, std::to_string(value)); }
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string numbers(const std::vector<double>& values) {
  std::string out = "[";
  for (std::size_t i = 0; i < values.size(); ++i) out += (i ? ", " : "") + json_number(values[i]);
  return out + "]";
}

// A line each.
std::string lines(const std::vector<std::string>& items, const char* open, const char* close,
                  const std::string& indent) {
  if (items.empty()) return std::string(open) + close;
  std::string out = open;
  for (std::size_t i = 0; i < items.size(); ++i) out += (i ? ",\n  " : "\n  ") + indent + items[i];
  return out + "\n" + indent + close;
}

Object estimate_of(const Estimate& e) {
  Object o;
  o.add_number("mean", e.mean)
      .add_number("half_width_95", e.half_width_95)
      .add_number("standard_error", e.standard_error);
  o.add_number("least", e.least).add_number("most", e.most).add_count("n", e.n);
  return o;
}

std::string outcomes_of(const std::array<std::uint64_t, kOutcomes>& outcomes, bool all) {
  Object o;
  for (std::size_t i = 0; i < kOutcomes; ++i)
    if (all || i == 0 || outcomes[i]) o.add_count(kOutcomeNames[i], outcomes[i]);
  return o.text();
}

std::string quantiles_of(const Histogram& h) {
  Object o;
  o.add_count("count", h.count());
  const bool any = h.count() != 0;
  const auto seconds = [&](double ns) { return any ? json_number(ns_to_seconds(ns)) : std::string("null"); };
  o.add("mean", seconds(any ? h.mean() : 0));
  for (const LatencyQuantile& q : latency_quantiles())
    o.add(q.name, seconds(!any ? 0 : q.p < 1 ? h.quantile(q.p) : static_cast<double>(h.max())));
  return o.text();
}

std::string buckets_of(const Histogram& h) {
  std::string out = "[";
  for (const Histogram::Bucket& b : h.buckets())
    out += (out.size() > 1 ? ", [" : "[") + std::to_string(b.range.lowest) + ", " + std::to_string(b.range.highest) +
           ", " + std::to_string(b.count) + "]";
  return out + "]";
}

std::string scaling_of(const Scaling& s) {
  std::string rules;
  for (const Ruling& r : s.how.rules)
    rules += (rules.empty() ? "" : ", ") + Object()
                                               .add_text("rule", r.rule)
                                               .add("before", std::to_string(r.before))
                                               .add("after", std::to_string(r.after))
                                               .text();
  Object o;
  o.add("before", std::to_string(s.before)).add("after", std::to_string(s.after));
  o.add("recommendation", s.how.recommendation ? std::to_string(*s.how.recommendation) : "null");
  return o.add("rules", "[" + rules + "]").text();
}

std::string decision_of(const Decision& d) {
  Object inputs;
  for (const auto& [name, value] : d.inputs) inputs.add_number(name, value);
  Object o;
  o.add_number("time_s", d.time_s).add_text("service", d.service).add_text("kind", d.kind);
  o.add_text("sentence", d.sentence).add("inputs", inputs.text());
  if (d.scaling) o.add("scaling", scaling_of(*d.scaling));
  return o.text();
}

std::string objective_of(const ObjectiveResult& objective) {
  Object o;
  o.add_text("name", objective.name).add_text("verdict", verdict_word(objective.verdict));
  o.add_text("promise", objective.promise).add_text("metric", objective.metric).add_text("unit", objective.unit);
  o.add_text("direction", objective.above ? "above" : "below").add_number("limit", objective.limit);
  o.add("estimate", estimate_of(objective.estimate).text());
  return o.add_number("share_of_replications_met", objective.share_of_replications_met).text();
}

std::string series_of(const Series& s) {
  std::vector<std::string> columns;
  for (const Series::Column& c : s.columns)
    columns.push_back(
        Object().add_text("name", c.name).add_text("unit", c.unit).add("values", numbers(c.values)).text());
  Object o;
  o.add_text("service", s.service).add_number("resolution_s", s.resolution_s).add("times_s", numbers(s.times_s));
  return o.add("columns", lines(columns, "[", "]", "    ")).text();
}

std::string sizing_of(const Sizing& s, const std::string& currency) {
  const auto resource = [](const std::optional<Sizing::Resource>& r) {
    if (!r) return std::string("null");
    Object o;
    o.add_number("requested", r->requested).add_number("recommended", r->recommended).add_number("spare", r->spare);
    o.add_number("p50", r->p50).add_number("p95", r->p95).add_number("p99", r->p99).add_number("peak", r->peak);
    return o.text();
  };
  std::string sentences;
  for (const std::string& sentence : s.sentences(currency))
    sentences += (sentences.empty() ? "" : ", ") + json_quote(sentence);
  Object o;
  o.add_text("service", s.service).add_number("instances", s.instances);
  o.add("cpu_cores", resource(s.cpu)).add("memory_bytes", resource(s.memory));
  o.add("cost", s.cost ? json_number(*s.cost) : "null").add("saved", s.saved ? json_number(*s.saved) : "null");
  return o.add_text("priced_by", s.priced_by).add("sentences", "[" + sentences + "]").text();
}

std::string theory_of(const TheoryOf& t) {
  constexpr std::array<std::string_view, 4> kStandings = {"none", "exact", "approximation", "bounds"};
  std::string figures;
  for (const TheoryFigure& f : t.figures) {
    Object o;
    o.add_text("metric", f.metric).add_text("unit", f.unit).add_number("low", f.low).add_number("high", f.high);
    o.add("simulated", estimate_of(f.simulated).text()).add("disagrees", f.disagrees ? "true" : "false");
    figures += (figures.empty() ? "" : ", ") + o.text();
  }
  Object o;
  o.add_text("service", t.service).add_text("model", t.model);
  o.add_text("standing", kStandings[static_cast<std::size_t>(t.standing)]).add_text("why", t.why);
  o.add_number("load", t.load).add_number("servers", t.servers);
  o.add("square_root_staffing", std::to_string(t.staffing));
  return o.add("figures", "[" + figures + "]").text();
}

std::string paths_of(const PathsOf& p) {
  std::string longest, radius;
  for (const std::string& service : p.longest) longest += (longest.empty() ? "" : ", ") + json_quote(service);
  for (const PathsOf::Blast& b : p.blast_radius)
    radius += (radius.empty() ? "" : ", ") + json_quote(b.service) + ": " + json_number(b.share);
  Object o;
  o.add_text("traffic", p.traffic).add_text("class", p.request_class).add("longest", "[" + longest + "]");
  o.add_number("unloaded_s", p.unloaded_s).add("simulated", estimate_of(p.simulated).text());
  return o.add("blast_radius", "{" + radius + "}").text();
}

std::string availability_of(const Availability& a) {
  std::string services, requests;
  for (const Availability::OfService& s : a.services) {
    Object o;
    o.add_text("service", s.service).add_count("instances", static_cast<std::uint64_t>(s.instances));
    o.add_number("one", s.one).add_number("any", s.any).add_number("all", s.all);
    services += (services.empty() ? "" : ", ") + o.add("ready", estimate_of(s.ready).text()).text();
  }
  for (const Availability::OfRequests& r : a.requests) {
    Object o;
    o.add_text("traffic", r.traffic).add_text("class", r.request_class).add_number("theory", r.theory);
    o.add("simulated", estimate_of(r.simulated).text()).add("disagrees", r.disagrees ? "true" : "false");
    requests += (requests.empty() ? "" : ", ") + o.text();
  }
  Object o;
  o.add_text("why", a.why).add("services", "[" + services + "]");
  return o.add("requests", "[" + requests + "]").text();
}

}  // namespace

std::string format_json(const Result& result, JsonDetail detail) {
  std::vector<std::string> objectives, services, queues, classes, sizing, theory, paths, metrics, series, decisions;
  for (const ObjectiveResult& o : result.objectives) objectives.push_back(objective_of(o));
  for (const ServiceResult& s : result.services) {
    Object o;
    o.add_text("name", s.name).add_count("arrived", s.arrived).add("outcomes", outcomes_of(s.outcomes, true));
    o.add_count("in_flight_at_end", s.in_flight_at_end);
    o.add("latency_s", quantiles_of(s.latency)).add("wait_time_s", quantiles_of(s.wait_time));
    if (detail.histograms) o.add("latency_histogram", buckets_of(s.latency));
    services.push_back(o.text());
  }
  for (const std::string& name : result.queues) queues.push_back(json_quote(name));
  for (const ClassResult& c : result.classes) {
    Object o;
    o.add_text("traffic", c.traffic).add_text("class", c.request_class).add_text("service", c.service);
    o.add_count("arrived", c.arrived).add("outcomes", outcomes_of(c.outcomes, false));
    classes.push_back(o.add("latency_s", quantiles_of(c.latency)).add("wait_time_s", quantiles_of(c.wait_time)).text());
  }
  for (const Sizing& s : result.sizing) sizing.push_back(sizing_of(s, result.currency));
  for (const TheoryOf& t : result.theory) theory.push_back(theory_of(t));
  for (const PathsOf& p : result.paths) paths.push_back(paths_of(p));
  for (const Metric& m : result.metrics) {
    const std::string estimate = estimate_of(m.estimate).text();
    metrics.push_back(json_quote(m.name) + ": {\"unit\": " + json_quote(m.unit) + ", " +
                      estimate.substr(1, estimate.size() - 2) + ", \"values\": " + numbers(m.values) + "}");
  }
  for (const Series& s : result.series) series.push_back(series_of(s));
  for (const Decision& d : result.decisions) decisions.push_back(decision_of(d));

  const std::vector<std::string> members = {
      "\"windtunnel_result\": 1",
      "\"version\": " + json_quote(result.version),
      "\"scenario\": " + json_quote(result.scenario),
      "\"description\": " + json_quote(result.description),
      "\"scenario_hash\": " + json_quote(result.scenario_hash),
      "\"seed\": " + std::to_string(result.seed),
      "\"replications\": " + std::to_string(result.replications),
      "\"warmup_s\": " + json_number(result.warmup_s),
      "\"horizon_s\": " + json_number(result.horizon_s),
      "\"currency\": " + json_quote(result.currency),
      "\"verdict\": " + (result.objectives.empty() ? std::string("null") : json_quote(verdict_word(overall(result)))),
      "\"objectives\": " + lines(objectives, "[", "]", "  "),
      "\"services\": " + lines(services, "[", "]", "  "),
      "\"queues\": " + lines(queues, "[", "]", "  "),
      "\"classes\": " + lines(classes, "[", "]", "  "),
      "\"sizing\": " + lines(sizing, "[", "]", "  "),
      "\"theory\": " + lines(theory, "[", "]", "  "),
      "\"availability\": " + availability_of(result.availability),
      "\"paths\": " + lines(paths, "[", "]", "  "),
      "\"metrics\": " + lines(metrics, "{", "}", "  "),
      "\"series\": " + lines(series, "[", "]", "  "),
      "\"decisions\": " + lines(decisions, "[", "]", "  ")};
  return lines(members, "{", "}", "") + "\n";
}

std::string format_decisions_jsonl(const Result& result) {
  std::string out;
  for (const Decision& d : result.decisions) out += decision_of(d) + "\n";
  return out;
}

}  // namespace windtunnel::cli
