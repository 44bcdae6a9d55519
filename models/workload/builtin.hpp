#pragma once

#include "models/workload/arrival_process.hpp"

// Each is defined in the .cpp of its type; builtin.cpp calls them in the order in which people should read them.
namespace windtunnel {

void add_batch(Registry<Arrivals>& registry);
void add_burst(Registry<Arrivals>& registry);
void add_closed_loop(Registry<Arrivals>& registry);
void add_constant(Registry<Arrivals>& registry);
void add_diurnal(Registry<Arrivals>& registry);
void add_poisson(Registry<Arrivals>& registry);
void add_ramp(Registry<Arrivals>& registry);
void add_renewal(Registry<Arrivals>& registry);
void add_replay(Registry<Arrivals>& registry);
void add_spike(Registry<Arrivals>& registry);
void add_steps(Registry<Arrivals>& registry);
void add_trace(Registry<Arrivals>& registry);

}  // namespace windtunnel
