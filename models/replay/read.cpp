#include <algorithm>
#include <limits>

#include "models/replay/replay.hpp"
#include "models/scenario/document_text.hpp"
#include "models/scenario/schema.hpp"
#include "models/scenario/value_writer.hpp"
#include "models/workload/time_stamp.hpp"

namespace windtunnel {
namespace {

// Each by its name in the format.
template <class Visit>
void for_each_metric(RecordedLoad& record, Visit visit) {
  visit("cpu", record.cpu);
  visit("memory", record.memory);
  visit("request_rate", record.request_rate);
  visit("concurrency", record.concurrency);
  visit("queue_length", record.queue_length);
  visit("latency", record.latency);
  visit("error_ratio", record.error_ratio);
}

// "per": "instance" is an average; with the replicas that there were it is the total again.
RecordedSeries total_of(const RecordedSeries& average, const RecordedSeries& replicas) {
  std::vector<RecordedSeries::Point> points;
  for (std::int64_t at = average.begin(); at != kNever.count(); at = std::min(average.next(at), replicas.next(at))) {
    const auto value = average.at(at), count = replicas.at(at);
    points.push_back({at, value && count ? *value * *count : std::numeric_limits<double>::quiet_NaN()});
  }
  return RecordedSeries(std::move(points), average.step());
}

}  // namespace

void RecordedLoad::describe(FieldVisitor& v) {
  v.field("cpu", cpu, "CPU in use, in cores");
  v.field("memory", memory, "Memory in use, in bytes");
  v.field("request_rate", request_rate, "Requests that arrive, per second");
  v.field("concurrency", concurrency, "Requests in the service, waiting or served");
  v.field("queue_length", queue_length, "Requests that nothing serves yet");
  v.field("latency", latency, "The latency that is scaled on, in seconds, whatever its quantile");
  v.field("error_ratio", error_ratio, "Requests lost over requests ended, from 0 to 1");
  v.field("replicas", replicas, "Instances that there were: to compare, and for averages of instances");
  v.field("signals", signals, "What comes from outside of the service, by the names that the autoscaler knows");
}

void RecordedLoad::check(Problems& p) const {
  RecordedLoad copy = *this;
  for_each_metric(copy, [&](const std::string& name, const std::optional<RecordedMetric>& metric) {
    if (!metric || metric->per == Per::kFleet) return;
    if (name == "latency" || name == "error_ratio")
      p.error("/" + name + "/per", "is for amounts; this is the same for the service and for one instance");
    else if (!replicas)
      p.error("/" + name + "/per", "\"instance\" needs the replicas that there were, \"record\": { \"replicas\": … }");
  });
  if (!cpu && !memory && !request_rate && !concurrency && !queue_length && !latency && !error_ratio && signals.empty())
    p.error("", "has nothing that an autoscaler could look at; a metric or a signal fits");
}

void ReplayParams::describe(FieldVisitor& v) {
  v.field("$schema", schema, "Where editors find the JSON Schema of this format");
  v.field("windtunnel_replay", windtunnel_replay, "The format's version: 1", {.lo = 1, .hi = 1, .required = true});
  v.field("name", name, "What the replay is called in results", kRequired);
  v.field("description", description, "For people");
  v.field("autoscaler", autoscaler, "The autoscaler that is judged", kRequired);
  v.field("record", record, "What is known of the service's load, and where", kRequired);
  v.field("replicas", replicas, "Instances at the beginning; none: those recorded, or one", kNonNegative);
  v.field("requests", requests, "What an instance asks for: utilization is relative to it");
  v.field("startup", startup, "From the decision to have an instance until it is ready", kNonNegative);
  v.field("resolution", resolution, "Of the series", kPositive);
}

void ReplayParams::check(Problems& p) const {
  if (!autoscaler) return;
  if (autoscaler->on_demand() != nullptr)
    return p.error("/autoscaler", autoscaler.type() +
                                      " starts an instance for each request that finds none; a record "
                                      "of metrics does not have them");
  if (autoscaler->needs_cpu_request() && !requests.cpu)
    p.error("/requests/cpu", "is missing; " + autoscaler.type() + " computes utilization relative to the request");
}

ReadReplay read_replay(const std::filesystem::path& file, const std::vector<Override>& overrides) {
  const std::filesystem::path folder = file.parent_path();
  DocumentText document(read_text(file), folder, file.string(), overrides);
  IssueCollector& issues = document.issues();
  ReadReplay out;
  Replay& replay = out.replay;
  ReplayParams& params = replay.params;
  read_value(document.root(), params, issues);

  const auto load = [&](const std::string& at, const RecordedMetric& metric) -> std::optional<RecordedSeries> {
    if (!issues.sound(at)) return std::nullopt;
    ProblemsAt problems(issues, at, folder.string());
    return metric.load(folder, problems);
  };
  RecordedLoad& record = params.record;
  if (record.replicas) replay.recorded_replicas = load("/record/replicas", *record.replicas);
  for_each_metric(record, [&](const std::string& name, const std::optional<RecordedMetric>& metric) {
    if (!metric) return;
    auto series = load("/record/" + name, *metric);
    if (series && metric->per == Per::kInstance && replay.recorded_replicas)
      series = total_of(*series, *replay.recorded_replicas);
    if (series) replay.metrics.emplace(name, *std::move(series));
  });
  std::vector<std::string> signals;
  for (const auto& [name, metric] : record.signals) {
    signals.push_back(name);
    if (auto series = load("/record/signals/" + pointer_token(name), metric))
      replay.signals.emplace(name, *std::move(series));
  }

  if (params.autoscaler && issues.sound("/autoscaler") && issues.sound("/record/signals")) {
    ProblemsAt problems(issues, "/autoscaler", folder.string());
    if (!params.autoscaler->check_signals(signals, problems))
      if (const auto autoscaler = params.autoscaler->make())
        for (const std::string& wanted : autoscaler->watched().signals)
          if (std::find(signals.begin(), signals.end(), wanted) == signals.end())
            problems.error("", "looks at the signal \"" + wanted + "\", which record.signals does not have");
    params.autoscaler.mutable_params().load(folder, problems);
  }
  replay.begin = std::numeric_limits<std::int64_t>::min();
  replay.end = std::numeric_limits<std::int64_t>::max();
  for (const auto* all : {&replay.metrics, &replay.signals})
    for (const auto& [name, series] : *all) {
      replay.begin = std::max(replay.begin, series.begin());
      replay.end = std::min(replay.end, series.end());
    }
  if (issues.error_count() == 0 && replay.begin >= replay.end)
    issues.error("/record", "has no time that all of it covers: the last of it begins " +
                                format_time_stamp(replay.begin) + ", the first ends " + format_time_stamp(replay.end));
  if (issues.error_count() != 0) throw ConfigError(issues.take_errors());
  out.warnings = issues.take_warnings();
  return out;
}

std::string effective_replay(const Replay& replay) {
  ReplayParams copy = replay.params;  // describe() wants to be able to write
  JsonNode root = write_described(copy);
  // "$schema" is the file's, not the replay's.
  root.keys.erase(root.keys.begin());
  root.items.erase(root.items.begin());
  return print_json(root);
}

std::string replay_schema() {
  ReplayParams params;
  detail::ObjectOf<ReplayParams> view(params);
  return print_json(schema_of(view, "Windtunnel replay"));
}

}  // namespace windtunnel
