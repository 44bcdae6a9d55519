#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/scenario/issue.hpp"
#include "models/scenario/scenario.hpp"

namespace windtunnel {

struct ReadResult {
  Scenario scenario;
  std::vector<Issue> warnings;
};

struct Override {  // "--set services.checkout.replicas=9" or with a JSON pointer as the path
  std::string path;
  std::string value;  // JSON, or a bare word taken as a string
};

// Reads, checks and loads (trace files included). Throws ConfigError with all problems of the file and of the traces it
// names.
ReadResult read_scenario(const std::filesystem::path& file, const std::vector<Override>& overrides = {});
// The same from text; `folder` is where relative file names start, `name` stands for the file in messages.
ReadResult parse_scenario(const std::string& text, const std::filesystem::path& folder, const std::string& name = "",
                          const std::vector<Override>& overrides = {});

// The scenario with every default filled in, as JSON in the format's own spelling; reading it gives the same scenario.
std::string effective_scenario(const Scenario& scenario);
// JSON Schema (draft 2020-12) of the format, generated from the descriptions.
std::string scenario_schema();

// What `windtunnel list` shows: every registry with its types and their parameters.
struct ListedField {
  std::string name, type, unit, default_value, bounds, meaning;
  bool required = false;
};
struct ListedType {
  std::string type, summary;
  std::vector<ListedField> fields;
};
struct ListedKind {
  std::string kind;  // "distribution", "arrivals", "load balancer", …
  std::vector<ListedType> types;
};
std::vector<ListedKind> list_types();

}  // namespace windtunnel
