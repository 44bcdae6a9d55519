#include "models/run.hpp"

#include <chrono>
#include <ostream>

#include "cli/answer.hpp"
#include "cli/arguments.hpp"
#include "cli/format/format.hpp"
#include "cli/interrupt.hpp"
#include "cli/output_folder.hpp"
#include "cli/progress.hpp"
#include "cli/verbs.hpp"
#include "models/scenario/read.hpp"

namespace windtunnel::cli {
namespace {

std::string repeat_command(const RunArguments& a, const Result& result) {
  std::string text = "windtunnel run " + shell_word(a.scenario.string()) + " --seed " + std::to_string(result.seed) +
                     " --replications " + std::to_string(result.replications);
  for (const std::string& s : a.set) text += " --set " + shell_word(s);
  return text;
}

}  // namespace

int run_verb(const RunArguments& a, Console& console) {
  const std::vector<Override> overrides = overrides_of(a.set);
  const InterruptGuard guard;
  if (!a.folder.empty() && !a.show_effective) check_output_folder(a.folder, a.force);

  const ReadResult read = read_scenario(a.scenario, overrides);
  if (!a.quiet)
    for (const Issue& warning : read.warnings) console.err << "warning: " << warning.text() << "\n";
  const std::string effective = effective_scenario(read.scenario);
  if (a.show_effective) {
    console.out << effective;
    return kAllMet;
  }

  RunOptions options;
  options.seed = a.seed;
  options.replications = a.replications;
  options.threads = a.threads;
  options.stop = guard.token();
  ProgressBar bar(console.err);
  if (a.progress && !a.quiet && console.err_terminal) options.progress = [&bar](double share) { bar.show(share); };
  const auto begun = std::chrono::steady_clock::now();
  const Result result = run(read.scenario, options);
  bar.clear();
  // Too late to save work, in time to keep a promise: whoever interrupts gets no result.
  if (options.stop.stop_requested()) throw Interrupted{};

  if (!a.quiet && console.err_terminal) {
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    console.err << "simulated " << clock_text(result.horizon_s)
                << (result.replications > 1 ? " × " + std::to_string(result.replications) : "") << " in "
                << figure(took, "s") << "\n\n";
  }

  TextStyle style;
  style.repeat = repeat_command(a, result);
  answer(result, effective, style, a.folder, a.format, a.quiet, console);
  return overall(result) == Verdict::kMet ? kAllMet : kMissed;
}

}  // namespace windtunnel::cli
