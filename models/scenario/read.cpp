#include "models/scenario/read.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "models/scenario/json_document.hpp"
#include "models/scenario/manifest.hpp"
#include "models/scenario/overrides.hpp"
#include "models/scenario/references.hpp"
#include "models/scenario/value_reader.hpp"
#include "models/scenario/value_writer.hpp"

namespace windtunnel {
namespace {

class SoundWhereNoIssue final : public Soundness {
 public:
  explicit SoundWhereNoIssue(const IssueCollector& issues) : issues_(issues) {}
  bool readable(std::string_view pointer) const override { return issues_.readable(pointer); }
  bool sound(std::string_view pointer) const override { return issues_.sound(pointer); }

 private:
  const IssueCollector& issues_;
};

[[noreturn]] void cannot_read(const std::filesystem::path& file, const std::string& why) {
  throw ConfigError({Issue{file.string(), 0, 0, {}, "cannot be read: " + why}});
}

std::string text_of(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) cannot_read(file, "it is a directory");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) cannot_read(file, errno != 0 ? std::strerror(errno) : "it cannot be opened");
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) cannot_read(file, "an error while reading");
  return std::move(text).str();
}

}  // namespace

ReadResult parse_scenario(const std::string& text, const std::filesystem::path& folder, const std::string& name,
                          const std::vector<Override>& overrides) {
  JsonDocument document = parse_json(text);
  std::vector<std::string> override_paths;
  override_paths.reserve(overrides.size());
  for (const Override& change : overrides) override_paths.push_back(change.path);
  std::vector<JsonProblem> misplaced;
  Manifests manifests(folder);
  if (document.complete) {
    // Twice: a change may be of something in a manifest, or name another one.
    manifests.graft(document.root);
    misplaced = apply_overrides(document.root, overrides);
    manifests.graft(document.root);
  }

  std::vector<Graft> grafts = manifests.grafts(document.root);
  IssueCollector issues(document.root, name, std::move(override_paths), grafts);
  for (const JsonProblem& problem : document.problems)
    issues.error(Issue{name, problem.line, problem.column, problem.pointer, problem.message}, problem.pointer);
  for (const JsonProblem& problem : misplaced)
    issues.error(Issue{name, 0, 0, problem.pointer, problem.message}, problem.pointer);
  for (const Manifests::Failure& failure : manifests.failures()) {
    if (failure.issue.file.empty())
      issues.error(failure.pointer, failure.issue.message);
    else
      issues.error(failure.issue, failure.pointer);
  }
  for (const Graft& graft : grafts)
    for (const Issue& flaw : graft.flaws) issues.error(flaw, graft.pointer);
  // What a broken text says is not known; a second message about it would only be noise.
  if (!document.complete) throw ConfigError(issues.take_errors());

  ReadResult out;
  if (!read_value(document.root, out.scenario, issues)) {
    ProblemsAt problems(issues, {});
    check_references(out.scenario, SoundWhereNoIssue(issues), problems);
  }
  // Trace files are looked at even if something else is wrong, so that all there is to mend is known at once.
  for (std::size_t i = 0; i < out.scenario.traffic.size(); ++i) {
    const std::string at = "/traffic/" + std::to_string(i) + "/arrivals";
    ArrivalsChoice& arrivals = out.scenario.traffic[i].arrivals;
    if (!arrivals || !issues.sound(at)) continue;
    ProblemsAt problems(issues, at, folder.string());
    arrivals.mutable_params().load(folder, problems);
    std::vector<std::string> classes;
    for (const auto& [request_class, share] : out.scenario.traffic[i].mix) classes.push_back(request_class);
    arrivals->check_classes(classes, problems);
  }
  for (auto& [signal, params] : out.scenario.signals) {
    const std::string at = "/signals/" + pointer_token(signal);
    if (!params || !issues.sound(at)) continue;
    ProblemsAt problems(issues, at, folder.string());
    params.mutable_params().load(folder, problems);
  }
  for (auto& [service, params] : out.scenario.services) {
    const std::string at = "/services/" + pointer_token(service) + "/autoscaler";
    if (!params.autoscaler || !issues.sound(at)) continue;
    ProblemsAt problems(issues, at, folder.string());
    params.autoscaler.mutable_params().load(folder, problems);
  }
  if (issues.error_count() != 0) throw ConfigError(issues.take_errors());
  out.warnings = issues.take_warnings();
  return out;
}

ReadResult read_scenario(const std::filesystem::path& file, const std::vector<Override>& overrides) {
  return parse_scenario(text_of(file), file.parent_path(), file.string(), overrides);
}

std::string effective_scenario(const Scenario& scenario) {
  Scenario copy = scenario;  // describe() wants to be able to write
  JsonNode root = write_described(copy);
  if (copy.schema.empty()) {
    root.keys.erase(root.keys.begin());
    root.items.erase(root.items.begin());
  }
  return print_json(root);
}

}  // namespace windtunnel
