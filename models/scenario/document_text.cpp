#include "models/scenario/document_text.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "models/scenario/manifest.hpp"
#include "models/scenario/overrides.hpp"

namespace windtunnel {
namespace {

[[noreturn]] void cannot_read(const std::filesystem::path& file, const std::string& why) {
  throw ConfigError({Issue{file.string(), 0, 0, {}, "cannot be read: " + why}});
}

}  // namespace

std::string read_text(const std::filesystem::path& file) {
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

DocumentText::DocumentText(const std::string& text, const std::filesystem::path& folder, const std::string& name,
                           const std::vector<Override>& overrides) {
  document_ = parse_json(text);
  std::vector<std::string> override_paths;
  override_paths.reserve(overrides.size());
  for (const Override& change : overrides) override_paths.push_back(change.path);
  std::vector<JsonProblem> misplaced;
  Manifests manifests(folder);
  if (document_.complete) {
    // Twice: a change may be of something in a manifest, or name another one.
    manifests.graft(document_.root);
    misplaced = apply_overrides(document_.root, overrides);
    manifests.graft(document_.root);
  }

  std::vector<Graft> grafts = manifests.grafts(document_.root);
  IssueCollector& issues = issues_.emplace(document_.root, name, std::move(override_paths), grafts);
  for (const JsonProblem& problem : document_.problems)
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
  if (!document_.complete) throw ConfigError(issues.take_errors());
}

}  // namespace windtunnel
