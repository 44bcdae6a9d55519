#pragma once

namespace windtunnel::predictive {

// Many servers, Poisson arrivals, exponential work (S. Halfin and W. Whitt, Operations Research 29, 1981): with
// load + beta sqrt(load) servers a request has to wait with probability 1 / (1 + beta Phi(beta) / phi(beta)), Phi and
// phi being the standard normal law's distribution function and density. 0 <= beta <= 10.
double wait_probability(double beta);
// Its inverse, for probabilities above 0 and below 1; at most 10.
double beta_for(double wait_probability);

}  // namespace windtunnel::predictive
