#include "models/replay/replay.hpp"

#include <ostream>

#include "cli/answer.hpp"
#include "cli/arguments.hpp"
#include "cli/format/format.hpp"
#include "cli/output_folder.hpp"
#include "cli/verbs.hpp"

namespace windtunnel::cli {

int replay_verb(const ReplayArguments& a, Console& console) {
  const std::vector<Override> overrides = overrides_of(a.set);
  if (!a.folder.empty() && !a.show_effective) check_output_folder(a.folder, a.force);
  const ReadReplay read = read_replay(a.replay, overrides);
  if (!a.quiet)
    for (const Issue& warning : read.warnings) console.err << "warning: " << warning.text() << "\n";
  const std::string effective = effective_replay(read.replay);
  if (a.show_effective) {
    console.out << effective;
    return kAllMet;
  }
  Result result;
  try {
    result = replay(read.replay);
  } catch (const ConfigError& error) {
    std::vector<Issue> issues = error.issues();
    for (Issue& issue : issues) issue.file = a.replay.string();
    throw ConfigError(std::move(issues));
  }

  TextStyle style;
  style.replayed = true;
  style.repeat = "windtunnel replay " + shell_word(a.replay.string());
  for (const std::string& s : a.set) style.repeat += " --set " + shell_word(s);
  answer(result, effective, style, a.folder, a.format, a.quiet, console);
  return kAllMet;
}

}  // namespace windtunnel::cli
