#include "models/theory/closed_forms.hpp"

#include <cmath>
#include <limits>

namespace windtunnel::theory {
namespace {

constexpr double kEndless = std::numeric_limits<double>::infinity();

}  // namespace

double erlang_b(int servers, double load) {
  double blocked = 1;
  for (int c = 1; c <= servers; ++c) blocked = load * blocked / (c + load * blocked);
  return blocked;
}

double erlang_c(int servers, double load) {
  if (load >= servers) return 1;
  const double blocked = erlang_b(servers, load);
  return servers * blocked / (servers - load * (1 - blocked));
}

double wait_mmc(int servers, double load, double service) {
  return load < servers ? erlang_c(servers, load) * service / (servers - load) : kEndless;
}

double wait_mg1(double load, double service, double scv) {
  return load < 1 ? load * service * (1 + scv) / (2 * (1 - load)) : kEndless;
}

double wait_ggc(int servers, double load, double service, double arrivals_scv, double service_scv) {
  return wait_mmc(servers, load, service) * (arrivals_scv + service_scv) / 2;
}

int square_root_staffing(double load) { return static_cast<int>(std::ceil(load + std::sqrt(load))); }

}  // namespace windtunnel::theory
