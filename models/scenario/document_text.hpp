#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/scenario/json_document.hpp"
#include "models/scenario/read.hpp"
#include "models/scenario/value_reader.hpp"

namespace windtunnel {

// A text on its way to a described structure: parsed, with manifests in the places of their names and overrides
// applied; what is wrong so far is among its issues. Throws ConfigError where the text breaks off: what it says is then
// not known, and a second message about it would only be noise.
class DocumentText {
 public:
  DocumentText(const std::string& text, const std::filesystem::path& folder, const std::string& name,
               const std::vector<Override>& overrides);
  DocumentText(const DocumentText&) = delete;
  DocumentText& operator=(const DocumentText&) = delete;

  const JsonNode& root() const { return document_.root; }
  IssueCollector& issues() { return *issues_; }

 private:
  JsonDocument document_;
  std::optional<IssueCollector> issues_;
};

// The file's bytes; ConfigError if it cannot be read.
std::string read_text(const std::filesystem::path& file);

}  // namespace windtunnel
