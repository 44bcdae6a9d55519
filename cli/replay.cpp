#include "models/replay/replay.hpp"

#include <ostream>

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
  style.folder = a.folder.string();
  style.repeat = "windtunnel replay " + shell_word(a.replay.string());
  for (const std::string& s : a.set) style.repeat += " --set " + shell_word(s);
  if (!a.folder.empty()) {
    write_output_folder(a.folder, result, effective, format_text(result, style));
    if (!a.quiet && a.format != Format::kText) console.err << "saved in " << a.folder.string() << "\n";
  }
  switch (a.format) {
    case Format::kText:
      style.colour = console.out_colour;
      console.out << format_text(result, style);
      break;
    case Format::kJson:
      console.out << format_json(result);
      break;
    case Format::kMarkdown:
      console.out << format_markdown(result);
      break;
    case Format::kCsv:
      console.out << format_csv(result.series);
      break;
  }
  return kAllMet;
}

}  // namespace windtunnel::cli
