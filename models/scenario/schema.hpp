#pragma once

#include "models/scenario/json_document.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// The JSON Schema (draft 2020-12) of a described object. Choices become definitions, one for each kind, so that what
// contains itself (a mixture of distributions) has an end.
JsonNode schema_of(ObjectView& object, std::string_view title);

}  // namespace windtunnel
