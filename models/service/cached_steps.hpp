#pragma once

#include <cstddef>
#include <vector>

#include "models/instance/instance_params.hpp"

namespace windtunnel {

// A step that looks something up, and the steps that only a miss does: those after it, as long as their `on_miss`
// names the same cache. Among them may be another lookup, with a miss of its own.
struct CachedSteps {
  std::size_t lookup = 0;
  std::size_t end = 0;  // the step after the last of a miss
};

// In the order of the lookups. `strays`: steps whose `on_miss` belongs to no lookup.
std::vector<CachedSteps> cached_steps(const std::vector<Step>& steps, std::vector<std::size_t>* strays = nullptr);

}  // namespace windtunnel
