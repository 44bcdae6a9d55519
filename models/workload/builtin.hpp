#pragma once

#include "models/workload/arrival_process.hpp"

// Each is defined in the .cpp of its type; builtin.cpp calls them in the order in which people should read them.
namespace windtunnel {

void add_constant(Registry<Arrivals>& registry);
void add_poisson(Registry<Arrivals>& registry);
void add_renewal(Registry<Arrivals>& registry);
void add_closed_loop(Registry<Arrivals>& registry);

}  // namespace windtunnel
