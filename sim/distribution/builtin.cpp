#include "sim/distribution/builtin.hpp"

namespace windtunnel {

const Registry<Distribution>& Distribution::registry() {
  static const Registry<Distribution> types = [] {
    Registry<Distribution> r("distribution", "type", "constant");
    add_constant(r);
    add_exponential(r);
    add_uniform(r);
    add_erlang(r);
    add_gamma(r);
    add_lognormal(r);
    add_weibull(r);
    add_bounded_pareto(r);
    add_hyperexponential(r);
    add_bimodal(r);
    add_empirical(r);
    add_shifted(r);
    add_mixture(r);
    return r;
  }();
  return types;
}

}  // namespace windtunnel
