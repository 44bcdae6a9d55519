#pragma once

#include "models/scenario/read.hpp"

namespace windtunnel {

// One registry as `windtunnel list` shows it. Fields of structures within a type are named by their path:
// "spec.minReplicas", "spec.metrics[].type", "weights{}".
ListedKind list_kind(ChoiceView& choice);

}  // namespace windtunnel
