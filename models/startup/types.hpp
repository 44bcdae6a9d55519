#pragma once

#include "models/startup/startup.hpp"

// The phases of this folder, one .cpp each.
namespace windtunnel {

void add_schedule(Registry<Phase>& phases);
void add_pull(Registry<Phase>& phases);
void add_boot(Registry<Phase>& phases);
void add_warm(Registry<Phase>& phases);

// One variate from one word of `stream`, at least 0.
double draw_time(const Distribution& distribution, Stream& stream);

}  // namespace windtunnel
