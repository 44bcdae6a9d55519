#pragma once

#include "models/signal/signal.hpp"

// The signals of this folder, one .cpp each.
namespace windtunnel {

void add_constant_signal(Registry<Signal>& signals);
void add_diurnal_signal(Registry<Signal>& signals);
void add_ramp_signal(Registry<Signal>& signals);
void add_steps_signal(Registry<Signal>& signals);
void add_trace_signal(Registry<Signal>& signals);

}  // namespace windtunnel
