#include "tests/fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "models/scenario/json_document.hpp"
#include "models/scenario/read.hpp"
#include "models/scenario/yaml_document.hpp"
#include "models/workload/replay_file.hpp"
#include "models/workload/trace_file.hpp"

namespace windtunnel {
namespace {

void promise(bool kept, const std::string& what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what.c_str());
  std::abort();
}

// Nothing is there, so that every file a scenario names is missing.
constexpr const char* kFolder = "no/such/folder";

class CountedProblems final : public Problems {
 public:
  void error(std::string_view, std::string message) override {
    promise(!message.empty(), "an error says something");
    ++errors;
  }
  void warning(std::string_view, std::string message) override {
    promise(!message.empty(), "a warning says something");
  }
  std::size_t errors = 0;
};

constexpr std::size_t kLargestUnpacked = std::size_t{1} << 20;

}  // namespace

void try_scenario(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string effective;
  try {
    effective = effective_scenario(parse_scenario(text, kFolder, "fuzz.json").scenario);
  } catch (const ConfigError& e) {
    promise(!e.issues().empty(), "an error has a reason");
    return;
  }
  try {
    const std::string again = effective_scenario(parse_scenario(effective, kFolder, "effective").scenario);
    promise(again == effective, "the effective scenario reads back as itself:\n" + effective + again);
  } catch (const ConfigError& e) {
    promise(false, std::string("the effective scenario can be read: ") + e.what() + "\n" + effective);
  }
}

void try_manifest(const std::uint8_t* data, std::size_t size) {
  const YamlStream stream = parse_yaml({reinterpret_cast<const char*>(data), size});
  promise(stream.complete || !stream.problems.empty(), "a text that breaks off has a reason");
  for (const JsonProblem& problem : stream.problems)
    promise(!problem.message.empty() && problem.line > 0, "a problem says something, and where");
  for (const JsonNode& document : stream.documents) promise(!print_json(document).empty(), "a tree can be printed");
}

void try_trace(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const TraceFormat& format :
       {TraceFormat{.file = "fuzz.csv"},
        TraceFormat{
            .file = "fuzz.csv", .column = "requests", .missing = MissingBins::kZero, .duplicates = DuplicateBins::kSum},
        TraceFormat{.file = "fuzz.csv",
        .column = "1",
        .time_column = "none",
        .bin = std::chrono::seconds(60),
        .missing = MissingBins::kError,
        .duplicates = DuplicateBins::kLast}}) {
    CountedProblems problems;
    const TraceCounts trace = parse_trace(bytes, format, problems, kLargestUnpacked);
    if (problems.errors > 0) continue;
    promise(!trace.counts.empty() && trace.bin > Duration{}, "a trace without errors has bins");
    for (const double count : trace.counts) promise(count >= 0 && count <= kLargestCount, "counts are in bounds");
  }
  for (const ReplayFormat& format : {ReplayFormat{.file = "fuzz.csv"}, ReplayFormat{.file = "fuzz.csv",
                                                                       .time_column = "at",
                                                                       .class_column = "class",
                                                                       .size_column = "bytes",
                                                                       .size_unit = 100}}) {
    CountedProblems problems;
    const RecordedRequests recorded = parse_replay(bytes, format, problems, kLargestUnpacked);
    if (problems.errors > 0) continue;
    for (std::size_t i = 1; i < recorded.requests.size(); ++i)
      promise(recorded.requests[i - 1].at <= recorded.requests[i].at, "recorded requests are in order");
  }
}

}  // namespace windtunnel
