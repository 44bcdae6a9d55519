#include "cli/output_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/format/format.hpp"
#include "cli/verbs.hpp"

namespace windtunnel::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSummaryBegin = "{\n  \"windtunnel_result\"";

bool holds_a_run(const fs::path& folder) {
  std::ifstream file(folder / "summary.json", std::ios::binary);
  std::string begin(kSummaryBegin.size(), '\0');
  return file.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == kSummaryBegin;
}

bool is_series(const std::string& name) {
  return name.rfind("series-", 0) == 0 && name.size() > 11 && name.compare(name.size() - 4, 4, ".csv") == 0;
}

[[noreturn]] void fail(const char* what, const fs::path& path, const std::error_code& error) {
  throw IoError(std::string(what) + " " + path.string() + ": " + error.message());
}

std::error_code last_error() { return {errno, std::generic_category()}; }

// Temporary files that are removed unless they get their names.
class Batch {
 public:
  explicit Batch(fs::path folder) : folder_(std::move(folder)) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() {
    std::error_code ignored;
    for (std::size_t i = named_; i < names_.size(); ++i) fs::remove(temporary(names_[i]), ignored);
  }

  void write(const std::string& name, const std::string& content) {
    names_.push_back(name);
    const fs::path path = temporary(name);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (!file) fail("cannot write", path, last_error());
    file << content;
    file.close();
    if (!file) fail("cannot write", path, last_error());
  }

  void rename_all() {
    for (; named_ < names_.size(); ++named_) {
      std::error_code error;
      fs::rename(temporary(names_[named_]), folder_ / names_[named_], error);
      if (error) fail("cannot write", folder_ / names_[named_], error);
    }
  }

  bool has(const std::string& name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

 private:
  fs::path temporary(const std::string& name) const {
    return folder_ / ("." + name + ".tmp" + std::to_string(::getpid()));
  }

  fs::path folder_;
  std::vector<std::string> names_;
  std::size_t named_ = 0;
};

}  // namespace

std::string series_file(const std::string& service) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string name = "series-";
  for (const char c : service) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      name += c;
    } else {
      name += '%';
      name += kHex[byte >> 4];
      name += kHex[byte & 15];
    }
  }
  return name + ".csv";
}

void check_output_folder(const fs::path& folder, bool force) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::exists(status)) {
    if (!fs::is_directory(status)) throw IoError("cannot write into " + folder.string() + ": it is not a folder");
    if (::access(folder.c_str(), W_OK | X_OK) != 0) fail("cannot write into", folder, last_error());
    const bool empty = fs::is_empty(folder, error);
    if (error) fail("cannot read", folder, error);
    if (!empty && !force && !holds_a_run(folder))
      throw UsageError(folder.string() + " holds other things than an earlier run; name another folder or add --force");
    return;
  }
  // The nearest ancestor that exists must take a new folder.
  fs::path parent = fs::absolute(folder).lexically_normal();
  if (!parent.has_filename()) parent = parent.parent_path();
  do parent = parent.parent_path();
  while (!fs::exists(parent, error) && parent.has_relative_path());
  if (!fs::is_directory(parent, error))
    throw IoError("cannot create " + folder.string() + ": " + parent.string() + " is not a folder");
  if (::access(parent.c_str(), W_OK | X_OK) != 0) fail("cannot create a folder in", parent, last_error());
}

void write_output_folder(const fs::path& folder, const Result& result, const std::string& effective_scenario,
                         const std::string& summary_text) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail("cannot create", folder, error);
  Batch batch(folder);
  batch.write("scenario.json", effective_scenario);
  batch.write("summary.txt", summary_text);
  batch.write("metrics.csv", format_metrics_csv(result));
  batch.write("decisions.jsonl", format_decisions_jsonl(result));
  for (const Series& s : result.series) batch.write(series_file(s.service), format_csv(s));
  batch.write("summary.json", format_json(result, {.histograms = true}));

  // From here on the old run is no longer whole, and nobody shall think it is.
  fs::remove(folder / "summary.json", error);
  std::vector<fs::path> stale;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (is_series(name) && !batch.has(name)) stale.push_back(entry.path());
  }
  for (const fs::path& path : stale) fs::remove(path, error);
  batch.rename_all();
}

}  // namespace windtunnel::cli
