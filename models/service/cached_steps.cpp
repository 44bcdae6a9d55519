#include "models/service/cached_steps.hpp"

#include <string>

namespace windtunnel {
namespace {

// The end of what a miss in `cache` does, which begins at `at`.
std::size_t follow_miss(const std::vector<Step>& steps, const std::string& cache, std::size_t at,
                        std::vector<CachedSteps>& out) {
  while (at < steps.size() && steps[at].on_miss == cache) {
    const std::size_t here = at++;
    if (steps[here].look_up.empty()) continue;
    const std::size_t index = out.size();
    out.push_back({here, 0});
    at = follow_miss(steps, steps[here].look_up, at, out);
    out[index].end = at;
  }
  return at;
}

}  // namespace

std::vector<CachedSteps> cached_steps(const std::vector<Step>& steps, std::vector<std::size_t>* strays) {
  std::vector<CachedSteps> out;
  for (std::size_t at = 0; at < steps.size();) {
    const std::size_t here = at++;
    if (!steps[here].on_miss.empty() && strays != nullptr) strays->push_back(here);
    if (steps[here].look_up.empty()) continue;
    const std::size_t index = out.size();
    out.push_back({here, 0});
    at = follow_miss(steps, steps[here].look_up, at, out);
    out[index].end = at;
  }
  return out;
}

}  // namespace windtunnel
