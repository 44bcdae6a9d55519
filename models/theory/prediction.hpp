#pragma once

#include <vector>

#include "models/result.hpp"
#include "models/scenario/scenario.hpp"

namespace windtunnel {

// What queueing theory says of each service of a scenario, beside what a run of it found, in the order of the services.
// A service is taken as a queue of its own: its arrivals are those of its sources and of the calls to it (traffic
// equations), its servers the threads of its instances.
//   exact           one instance, or several behind a random balancer: M/G/1, M/M/c, M/G/c with shared cores
//   approximation   Allen and Cunneen's, where arrivals are not Poisson or several servers not exponential
//   bounds          balancers between one central queue and random ones
// An exact figure disagrees with a run when it lies outside twice its 95 % interval and further off than a hundredth;
// nothing disagrees with a single replication.
std::vector<TheoryOf> compare_with_theory(const Scenario& scenario, const Result& result);

}  // namespace windtunnel
