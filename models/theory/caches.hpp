#pragma once

#include <vector>

#include "models/result.hpp"
#include "models/scenario/scenario.hpp"

namespace windtunnel {

// What theory says of the hit ratio of each cache of a scenario, beside what a run of it found: of keys that are asked
// for independently of each other, a Poisson stream each. Exact without `size` (the renewal argument), Che's
// approximation with it (lru; for fifo and random that of Martina, Garetto and Leonardi).
std::vector<TheoryOf> compare_caches(const Scenario& scenario, const Result& result);

}  // namespace windtunnel
