#pragma once

#include <string_view>
#include <vector>

#include "models/scenario/json_document.hpp"

namespace windtunnel {

struct YamlStream {
  std::vector<JsonNode> documents;    // those that are not empty
  std::vector<JsonProblem> problems;  // pointers are relative to their document
  bool complete = false;              // false: the text broke off at a syntax error
};

// A YAML text as trees, each value with its place, as Kubernetes reads it: plain scalars by the rules of YAML 1.1 (80
// is a number, "80" text; true, yes and on are truth values; ~ is null), anchors and merge keys expanded, other keys
// than text spelled as text. A key that is there twice is a problem. Never throws for whatever bytes; nesting deeper
// than kDeepestNesting and aliases that blow up are problems.
YamlStream parse_yaml(std::string_view text);

}  // namespace windtunnel
