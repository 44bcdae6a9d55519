#pragma once

#include <vector>

#include "models/result.hpp"
#include "models/scenario/scenario.hpp"

namespace windtunnel {

// What the call graph of a scenario says of each class of each source, beside what a run of it found. Empty where no
// service calls another.
std::vector<PathsOf> compare_paths(const Scenario& scenario, const Result& result);

}  // namespace windtunnel
