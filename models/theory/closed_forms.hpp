#pragma once

#include <span>

// Closed forms of queueing theory. Rates are per second, times in seconds, `load` is the offered load a = rate x mean
// service time, in servers (Erlangs). Where a queue has no steady state the answer is infinity.
namespace windtunnel::theory {

// Erlang's loss formula: share of arrivals that M/G/c/c turns away, by the recursion B(c) = a B(c-1) / (c + a B(c-1)).
double erlang_b(int servers, double load);
// Erlang's delay formula: share of arrivals that wait in M/M/c.
double erlang_c(int servers, double load);
// Mean wait in M/M/c.
double wait_mmc(int servers, double load, double service);
// Mean wait in M/G/1 (Pollaczek and Khinchine). `scv` is the squared coefficient of variation of the service time.
double wait_mg1(double load, double service, double scv);
// Mean wait in G/G/c (Allen and Cunneen): exact for M/M/c and M/G/1, else an approximation.
double wait_ggc(int servers, double load, double service, double arrivals_scv, double service_scv);
// Servers that leave a share of about 0.22 waiting (Halfin and Whitt, beta = 1): a + sqrt(a), rounded up.
int square_root_staffing(double load);

// Share of the lookups that hit in a cache of so many entries, where key k is asked for with probability shares[k],
// whatever was asked for before. Che's approximation for least recently used; for first in, first out and random
// eviction, which are alike (Gelenbe), that of Martina, Garetto and Leonardi.
double hit_ratio_lru(std::span<const double> shares, double size);
double hit_ratio_fifo(std::span<const double> shares, double size);
// The same where entries are good for `ttl` from their filling on and never evicted; lookups are a Poisson stream.
// Exact, by renewal: a key of rate r hits r ttl times for each miss.
double hit_ratio_ttl(std::span<const double> shares, double rate, double ttl);

// Share of the time that something is up which is up and down by turns, for so long on average, whatever the laws.
double availability(double up, double down);
// Chance that at least k of n are up, each by itself for a share `each` of the time.
double at_least(int k, int n, double each);

}  // namespace windtunnel::theory
