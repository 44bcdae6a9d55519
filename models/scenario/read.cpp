#include "models/scenario/read.hpp"

#include "models/scenario/document_text.hpp"
#include "models/scenario/json_document.hpp"
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

}  // namespace

ReadResult parse_scenario(const std::string& text, const std::filesystem::path& folder, const std::string& name,
                          const std::vector<Override>& overrides) {
  DocumentText document(text, folder, name, overrides);
  IssueCollector& issues = document.issues();
  ReadResult out;
  if (!read_value(document.root(), out.scenario, issues)) {
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
  return parse_scenario(read_text(file), file.parent_path(), file.string(), overrides);
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
