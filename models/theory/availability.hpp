#pragma once

#include "models/result.hpp"
#include "models/scenario/scenario.hpp"

namespace windtunnel {

// The availability of a scenario's services and of its entry points, by the crashes and zone outages that it has,
// beside what a run of it found. A service answers while at least one of its instances is ready; the states of
// services, and what outages have in common, are conditioned on, so that a service that is called twice counts once.
// Empty where nothing crashes and no zone goes down.
Availability compare_availability(const Scenario& scenario, const Result& result);

}  // namespace windtunnel
