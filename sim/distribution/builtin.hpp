#pragma once

#include "sim/distribution/distribution.hpp"

// The types of this folder, one .cpp each.
namespace windtunnel {

void add_bimodal(Registry<Distribution>& registry);
void add_bounded_pareto(Registry<Distribution>& registry);
void add_constant(Registry<Distribution>& registry);
void add_empirical(Registry<Distribution>& registry);
void add_erlang(Registry<Distribution>& registry);
void add_exponential(Registry<Distribution>& registry);
void add_gamma(Registry<Distribution>& registry);
void add_hyperexponential(Registry<Distribution>& registry);
void add_lognormal(Registry<Distribution>& registry);
void add_mixture(Registry<Distribution>& registry);
void add_shifted(Registry<Distribution>& registry);
void add_uniform(Registry<Distribution>& registry);
void add_weibull(Registry<Distribution>& registry);

}  // namespace windtunnel
