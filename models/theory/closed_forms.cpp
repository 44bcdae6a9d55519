#include "models/theory/closed_forms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

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

namespace {

// The hit ratio at the characteristic time, the one at which the cache holds `size` keys on average. `held`: the share
// of time that a key is held which is asked for x times in it, on average; that it is found there, too (PASTA).
template <class Held>
double hit_ratio_at_characteristic_time(std::span<const double> shares, double size, Held held) {
  if (size >= static_cast<double>(shares.size())) return 1;
  const auto entries = [&](double time) {
    double sum = 0;
    for (const double share : shares) sum += held(share * time);
    return sum;
  };
  double low = 0, high = 1;
  while (entries(high) < size) high *= 2;
  constexpr int kHalvings = 100;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (entries(middle) < size ? low : high) = middle;
  }
  double hits = 0;
  for (const double share : shares) hits += share * held(share * high);
  return hits;
}

}  // namespace

double hit_ratio_lru(std::span<const double> shares, double size) {
  return hit_ratio_at_characteristic_time(shares, size, [](double asked) { return -std::expm1(-asked); });
}

double hit_ratio_fifo(std::span<const double> shares, double size) {
  return hit_ratio_at_characteristic_time(shares, size, [](double asked) { return asked / (1 + asked); });
}

double hit_ratio_ttl(std::span<const double> shares, double rate, double ttl) {
  double hits = 0;
  for (const double share : shares) hits += share * (share * rate * ttl / (1 + share * rate * ttl));
  return hits;
}

double availability(double up, double down) { return up / (up + down); }

double at_least(int k, int n, double each) {
  if (k > n) return 0;
  std::vector<double> up(static_cast<std::size_t>(n) + 1, 0);  // chance that so many of those considered are up
  up[0] = 1;
  for (int i = 1; i <= n; ++i)
    for (int j = i; j >= 0; --j) {
      const auto at = static_cast<std::size_t>(j);
      up[at] = up[at] * (1 - each) + (j > 0 ? up[at - 1] * each : 0);
    }
  double sum = 0;
  for (int j = n; j >= std::max(k, 0); --j) sum += up[static_cast<std::size_t>(j)];
  return sum;
}

}  // namespace windtunnel::theory
