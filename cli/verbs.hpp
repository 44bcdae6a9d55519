#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/scenario/service_graph.hpp"

namespace windtunnel::cli {

// What the command tells its caller, a shell or a CI job.
enum ExitCode : int {
  kAllMet = 0,
  kMissed = 1,    // an objective missed, or undecided
  kBadInput = 2,  // usage, or a scenario that cannot be used
  kInternal = 3,  // files that cannot be read or written, defects of the simulator
  kInterrupted = 130
};

class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};
class IoError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Where a verb speaks: data to `out`, words for people to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool out_colour = false;
  bool err_terminal = false;
};

enum class Format { kText, kJson, kMarkdown, kCsv };

struct RunArguments {
  std::filesystem::path scenario;
  std::optional<std::uint64_t> replications;
  std::optional<std::uint64_t> seed;
  unsigned threads = 0;
  std::vector<std::string> set;  // "path=value"
  std::filesystem::path folder;  // -o; empty: nothing is saved
  bool force = false;            // -o may be a folder with other things in it
  Format format = Format::kText;
  bool show_effective = false;
  bool quiet = false;  // nothing but errors
  bool progress = true;
};

struct ReplayArguments {
  std::filesystem::path replay;
  std::vector<std::string> set;  // as a run's, as are the rest
  std::filesystem::path folder;
  bool force = false;
  Format format = Format::kText;
  bool show_effective = false;
  bool quiet = false;
};

struct SchemaArguments {
  enum class Of { kScenario, kReplay };
  Of of = Of::kScenario;
};

struct ExplainArguments {
  std::filesystem::path result;  // a folder of -o, or a file of --format json
  std::string service;           // empty: all
  std::string at, from, to;      // durations in measured time, "-2m" in the warm-up; empty: not given
  bool all = false;              // not only scaling decisions
  Format format = Format::kText;
};

struct ImportArguments {
  std::filesystem::path graph;
  std::filesystem::path output;  // empty: it is printed
  bool force = false;            // it may be there already
  GraphAssumptions assumed;
};

// The verbs. Each returns an exit code or throws UsageError, IoError, ConfigError, Interrupted or what broke.
int run_verb(const RunArguments& arguments, Console& console);
// `kind` and `type` narrow the list; "" is all of them. `kind` may also be a type's name.
int list_verb(const std::string& kind, const std::string& type, Format format, Console& console);
int explain_verb(const ExplainArguments& arguments, Console& console);
int replay_verb(const ReplayArguments& arguments, Console& console);
int import_verb(const ImportArguments& arguments, Console& console);
int schema_verb(const SchemaArguments& arguments, Console& console);

}  // namespace windtunnel::cli
