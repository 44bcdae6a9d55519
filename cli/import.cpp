#include <filesystem>
#include <fstream>
#include <ostream>

#include "cli/verbs.hpp"
#include "models/scenario/issue.hpp"
#include "models/workload/text_file.hpp"

namespace windtunnel::cli {
namespace {

// What is wrong with the file itself.
class Gathered final : public Problems {
 public:
  void error(std::string_view, std::string message) override { issues.push_back({"", 0, 0, "", std::move(message)}); }
  void warning(std::string_view, std::string) override {}
  std::vector<Issue> issues;
};

std::string text_of(const std::filesystem::path& file) {
  Gathered gathered;
  std::string out;
  {
    FileProblems problems(file.string(), gathered);
    std::string storage;
    if (const std::optional<std::string> bytes = read_bytes(file, problems))
      if (const auto text = unpacked(*bytes, storage, problems)) out = *text;
  }
  if (!gathered.issues.empty()) throw ConfigError(gathered.issues);
  return out;
}

// Beside its place, and moved there: nobody sees half of it.
void write_whole(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::path beside = file;
  beside += ".part";
  std::ofstream out(beside, std::ios::binary);
  out << text;
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(beside, file, failed);
  if (!out || failed) throw IoError("cannot write " + file.string());
}

}  // namespace

int import_verb(const ImportArguments& a, Console& console) {
  if (!a.output.empty() && !a.force && std::filesystem::exists(a.output))
    throw UsageError(a.output.string() + " is there already; --force replaces it");
  const std::string scenario = import_service_graph(text_of(a.graph), a.graph.string(), a.assumed);
  if (a.output.empty())
    console.out << scenario;
  else
    write_whole(a.output, scenario);
  return kAllMet;
}

}  // namespace windtunnel::cli
