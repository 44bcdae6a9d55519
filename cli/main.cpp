#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <new>

#include "cli/verbs.hpp"
#include "models/run.hpp"
#include "models/scenario/read.hpp"

namespace windtunnel::cli {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

bool wants_colour() {
  const char* term = std::getenv("TERM");
  // no-color.org: any value that is not empty means no.
  return ::isatty(STDOUT_FILENO) && !is_set("NO_COLOR") && !(term && std::string(term) == "dumb");
}

const std::map<std::string, Format> kFormats = {
    {"text", Format::kText}, {"json", Format::kJson}, {"md", Format::kMarkdown}, {"csv", Format::kCsv}};

int refuse(const ConfigError& error) {
  for (const Issue& issue : error.issues()) std::cerr << issue.text() << "\n";
  const std::size_t n = error.issues().size();
  std::cerr << n << (n == 1 ? " problem\n" : " problems\n");
  return kBadInput;
}

int command(int argc, char** argv) {
  CLI::App app("A wind tunnel for deployments: simulates services, their scaling and their faults under traffic.",
               "windtunnel");
  app.set_version_flag("--version", std::string("windtunnel ") + version());
  app.require_subcommand(0, 1);
  app.footer(
      "Exit codes: 0 all objectives met, 1 an objective missed or undecided, 2 usage or invalid input,\n"
      "3 internal or I/O error, 130 interrupted.");

  RunArguments run;
  std::uint64_t replications = 0, seed = 0;
  bool no_progress = false;
  CLI::App* run_app =
      app.add_subcommand("run", "What happens? Flies a scenario and says what became of its objectives");
  run_app->add_option("SCENARIO", run.scenario, "The scenario file")->required()->option_text("FILE");
  CLI::Option* replications_option =
      run_app->add_option("--replications", replications, "Independent repetitions, instead of the scenario's")
          ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000}))
          ->option_text("N");
  CLI::Option* seed_option = run_app->add_option("--seed", seed, "The seed, instead of the scenario's")
                                 ->check(CLI::NonNegativeNumber)
                                 ->option_text("N");
  run_app->add_option("--threads", run.threads, "Threads to use; 0: as many as the machine has. Never changes a result")
      ->check(CLI::Range(0U, 1024U))
      ->option_text("N");
  run_app
      ->add_option("--set", run.set, "Replaces one value of the scenario: path=value, as services.checkout.replicas=9")
      ->allow_extra_args(false)
      ->take_all()
      ->option_text("PATH=VALUE");
  run_app->add_option("-o,--output", run.folder, "Saves everything into this folder")->option_text("FOLDER");
  run_app->add_flag("--force", run.force, "Writes into -o's folder although other things are in it");
  run_app->add_option("--format", run.format, "What to print: text, json, md or csv (the series)")
      ->transform(CLI::Transformer(kFormats, CLI::ignore_case).description(""))
      ->option_text("text|json|md|csv");
  run_app->add_flag("--show-effective", run.show_effective,
                    "Prints the scenario with every default filled in, and does not run it");
  run_app->add_flag("-q,--quiet", run.quiet, "Says nothing but errors on stderr");
  run_app->add_flag("--no-progress", no_progress, "Shows no progress bar");

  std::string kind, type;
  Format list_format = Format::kText;
  CLI::App* list_app =
      app.add_subcommand("list", "Which policies, distributions, faults, … there are, with their parameters");
  list_app->add_option("KIND", kind, "Only this kind, with parameters: distribution, fault, …; or a type's name");
  list_app->add_option("TYPE", type, "Only this type of the kind");
  list_app->add_option("--format", list_format, "text, json or md")
      ->transform(CLI::Transformer(kFormats, CLI::ignore_case).description(""))
      ->option_text("text|json|md");

  ExplainArguments explain;
  CLI::App* explain_app = app.add_subcommand(
      "explain",
      "Why were there so many replicas? Tells a saved run's scaling decisions, with what was seen and the "
      "rules that had a say");
  explain_app->add_option("RESULT", explain.result, "A folder of run -o, or a file of run --format json")
      ->required()
      ->option_text("RESULT");
  explain_app->add_option("--service", explain.service, "Only this service's")->option_text("NAME");
  CLI::Option* at_option =
      explain_app
          ->add_option("--at", explain.at,
                       "The last decision until then, of each service: 12m30s after the warm-up; --at=-2m is in it")
          ->option_text("TIME");
  explain_app->add_option("--from", explain.from, "Decisions from then on")->excludes(at_option)->option_text("TIME");
  explain_app->add_option("--to", explain.to, "Decisions until then")->excludes(at_option)->option_text("TIME");
  explain_app->add_flag("--all", explain.all, "Faults, instances and nodes too, not scaling decisions only");
  explain_app->add_option("--format", explain.format, "text, json or md")
      ->transform(CLI::Transformer(kFormats, CLI::ignore_case).description(""))
      ->option_text("text|json|md");

  ReplayArguments replay;
  CLI::App* replay_app = app.add_subcommand(
      "replay", "What would it have done? Shows an autoscaler recorded metrics, and tells the replicas it asks for");
  replay_app->add_option("REPLAY", replay.replay, "A file with an autoscaler and where its metrics are recorded")
      ->required()
      ->option_text("FILE");
  replay_app->add_option("--set", replay.set, "Replaces one value of it: path=value, as autoscaler.spec.maxReplicas=20")
      ->allow_extra_args(false)
      ->take_all()
      ->option_text("PATH=VALUE");
  replay_app->add_option("-o,--output", replay.folder, "Saves everything into this folder, for explain too")
      ->option_text("FOLDER");
  replay_app->add_flag("--force", replay.force, "Writes into -o's folder although other things are in it");
  replay_app->add_option("--format", replay.format, "What to print: text, json, md or csv (the series)")
      ->transform(CLI::Transformer(kFormats, CLI::ignore_case).description(""))
      ->option_text("text|json|md|csv");
  replay_app->add_flag("--show-effective", replay.show_effective,
                       "Prints it with every default filled in, and does not replay it");
  replay_app->add_flag("-q,--quiet", replay.quiet, "Says nothing but errors on stderr");

  ImportArguments import;
  CLI::App* import_app = app.add_subcommand(
      "import", "Makes a scenario of a service graph: a muBench workmodel, or services with calls and Locust tasks");
  import_app->add_option("GRAPH", import.graph, "The graph, JSON or gzip of it")->required()->option_text("FILE");
  import_app->add_option("-o,--output", import.output, "Writes the scenario there; else it is printed")
      ->option_text("FILE");
  import_app->add_flag("--force", import.force, "Replaces -o's file if it is there");
  import_app
      ->add_option("--cpu", import.assumed.cpu_ms,
                   "Milliseconds of CPU that a request takes; in muBench that 100 digits of pi take")
      ->check(CLI::Range(1e-6, 1e6))
      ->option_text("MS");
  import_app->add_option("--rate", import.assumed.rate, "Requests per second, where the graph knows of no users")
      ->check(CLI::Range(1e-6, 1e6))
      ->option_text("R");
  import_app->add_option("--users", import.assumed.users, "Users, where it does")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1000000}))
      ->option_text("N");
  import_app->add_option("--entry", import.assumed.entry, "The service that requests go to; else the one nobody calls")
      ->option_text("NAME");

  SchemaArguments schema;
  const std::map<std::string, SchemaArguments::Of> schemas = {{"scenario", SchemaArguments::Of::kScenario},
                                                              {"replay", SchemaArguments::Of::kReplay}};
  CLI::App* schema_app = app.add_subcommand("schema", "Prints the JSON Schema of scenario files, or of replays");
  schema_app->add_option("OF", schema.of, "Whose: scenario (unless given) or replay")
      ->transform(CLI::Transformer(schemas, CLI::ignore_case).description(""))
      ->option_text("scenario|replay");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has codes of its own; ours say less and mean the same everywhere.
    return app.exit(error) == 0 ? kAllMet : kBadInput;
  }

  if (*replications_option) run.replications = replications;
  if (*seed_option) run.seed = seed;
  run.progress = !no_progress;
  Console console{std::cout, std::cerr, wants_colour(), ::isatty(STDERR_FILENO) != 0};
  int code = kBadInput;
  if (run_app->parsed()) {
    code = run_verb(run, console);
  } else if (list_app->parsed()) {
    code = list_verb(kind, type, list_format, console);
  } else if (explain_app->parsed()) {
    code = explain_verb(explain, console);
  } else if (replay_app->parsed()) {
    code = replay_verb(replay, console);
  } else if (import_app->parsed()) {
    code = import_verb(import, console);
  } else if (schema_app->parsed()) {
    code = schema_verb(schema, console);
  } else {
    std::cerr << app.help();
  }
  std::cout.flush();
  if (!std::cout) throw IoError("cannot write to standard output");
  return code;
}

}  // namespace
}  // namespace windtunnel::cli

int main(int argc, char** argv) {
  using namespace windtunnel;
  try {
    return cli::command(argc, argv);
  } catch (const ConfigError& error) {
    return cli::refuse(error);
  } catch (const cli::UsageError& error) {
    std::cerr << "windtunnel: " << error.what() << "\n";
    return cli::kBadInput;
  } catch (const Interrupted&) {
    std::cerr << "interrupted; nothing was written\n";
    return cli::kInterrupted;
  } catch (const InvariantError& error) {
    std::cerr << "windtunnel: a defect of the simulator, please report it with the scenario and the seed: "
              << error.what() << "\n";
  } catch (const std::bad_alloc&) {
    std::cerr << "windtunnel: out of memory\n";
  } catch (const std::exception& error) {
    std::cerr << "windtunnel: " << error.what() << "\n";
  }
  return cli::kInternal;
}
