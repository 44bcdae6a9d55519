#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "models/instance/instance_params.hpp"
#include "models/replay/recorded_series.hpp"
#include "models/result.hpp"
#include "models/scenario/read.hpp"

// An autoscaler judged on a record: what it would have done, had the service had this load. Nothing of the service is
// simulated but the number of its instances, and what is recorded is shared among those that are ready: the load is
// taken not to depend on them.
namespace windtunnel {

struct RecordedLoad {
  std::optional<RecordedMetric> cpu, memory, request_rate, concurrency, queue_length, latency, error_ratio, replicas;
  std::map<std::string, RecordedMetric> signals;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

struct ReplayParams {
  std::string schema;                  // "$schema", for editors
  std::int64_t windtunnel_replay = 1;  // the format's version
  std::string name, description;
  Choice<AutoscalerParams> autoscaler;
  std::optional<std::int64_t> replicas;
  ResourceList requests;
  Duration startup{0};
  Duration resolution = std::chrono::minutes{1};
  RecordedLoad record;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

// A replay that has been read: its parameters, and the record itself. Times are in ns since 1970.
struct Replay {
  ReplayParams params;
  std::map<std::string, RecordedSeries> metrics;  // "cpu", "request_rate", …; totals of the service
  std::map<std::string, RecordedSeries> signals;
  std::optional<RecordedSeries> recorded_replicas;
  std::int64_t begin = 0, end = 0;
};

struct ReadReplay {
  Replay replay;
  std::vector<Issue> warnings;
};

// Throws ConfigError with all problems of the file, of the manifests and of the records that it names.
ReadReplay read_replay(const std::filesystem::path& file, const std::vector<Override>& overrides = {});
std::string effective_replay(const Replay& replay);
std::string replay_schema();  // JSON Schema of the file

// As a run has: series "replicas_ready", "replicas_desired" and "replicas_recorded", decisions, and figures of the
// replicas. While a recorded metric is missing an autoscaler that bears gaps sees only that metric as missing; another
// is not asked, and nothing changes. Throws ConfigError where the autoscaler looks at something that is not recorded.
Result replay(const Replay& replay);

}  // namespace windtunnel
