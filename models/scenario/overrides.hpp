#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/scenario/json_document.hpp"

namespace windtunnel {

struct Override;

// Puts each override's value in its place in the tree, creating the objects on the way; the value null takes the key
// out, as in a JSON Merge Patch. Values carry the override's index as their origin. Returns what could not be done,
// with the pointer of the override.
std::vector<JsonProblem> apply_overrides(JsonNode& root, std::span<const Override> overrides);

}  // namespace windtunnel
