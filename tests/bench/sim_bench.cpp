// The engine's parts, per draw or record: cmake target sim_bench.
#include <benchmark/benchmark.h>

#include <array>

#include "sim/distribution/distribution.hpp"
#include "sim/distribution/gamma_quantile.hpp"
#include "sim/random/math.hpp"
#include "sim/statistics/histogram.hpp"
#include "sim/statistics/time_weighted.hpp"

namespace windtunnel {
namespace {

void stream_next(benchmark::State& state) {
  Stream stream(1, "bench", 0);
  std::uint64_t x = 0;
  for (auto _ : state) benchmark::DoNotOptimize(x += stream.next());
}
BENCHMARK(stream_next);

void stream_fill_256(benchmark::State& state) {
  Stream stream(1, "bench", 0);
  std::array<std::uint64_t, 256> words;
  for (auto _ : state) {
    stream.fill(words.data(), words.size());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 256);
}
BENCHMARK(stream_fill_256);

// The laws with their defaults: mean 1, cv 1, and so on; the cost does not depend on them.
void sampler_next_ns(benchmark::State& state, const char* type) {
  Sampler sampler(Stream(1, "bench", 0), *DistributionChoice::of(type));
  std::int64_t x = 0;
  for (auto _ : state) benchmark::DoNotOptimize(x += sampler.next_ns());
}
BENCHMARK_CAPTURE(sampler_next_ns, constant, "constant");
BENCHMARK_CAPTURE(sampler_next_ns, exponential, "exponential");
BENCHMARK_CAPTURE(sampler_next_ns, uniform, "uniform");
BENCHMARK_CAPTURE(sampler_next_ns, lognormal, "lognormal");
BENCHMARK_CAPTURE(sampler_next_ns, gamma, "gamma");
BENCHMARK_CAPTURE(sampler_next_ns, weibull, "weibull");
BENCHMARK_CAPTURE(sampler_next_ns, bounded_pareto, "bounded_pareto");
BENCHMARK_CAPTURE(sampler_next_ns, hyperexponential, "hyperexponential");

void gamma_table(benchmark::State& state) {
  const double cv = static_cast<double>(state.range(0)) / 100;
  for (auto _ : state) benchmark::DoNotOptimize(gamma_log_quantiles(1 / (cv * cv)));
}
BENCHMARK(gamma_table)->Arg(1)->Arg(100)->Arg(300)->Unit(benchmark::kMillisecond);

void array_log(benchmark::State& state) {
  std::array<double, 256> x;
  x.fill(0.37);
  std::array<double, 256> y;
  for (auto _ : state) {
    log_of(x.data(), y.data(), x.size());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 256);
}
BENCHMARK(array_log);

void array_exp(benchmark::State& state) {
  std::array<double, 256> x;
  x.fill(0.37);
  std::array<double, 256> y;
  for (auto _ : state) {
    exp_of(x.data(), y.data(), x.size());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 256);
}
BENCHMARK(array_exp);

void histogram_record(benchmark::State& state) {
  Sampler sampler(Stream(1, "bench", 0), *exponential(0.01));
  std::array<std::int64_t, 4096> values;
  for (std::int64_t& v : values) v = sampler.next_ns();
  Histogram histogram;
  std::size_t i = 0;
  for (auto _ : state) {
    histogram.record(values[i++ & 4095]);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(histogram_record);

// What folding a bin of a few seconds into the run's histogram costs.
void histogram_merge_and_clear(benchmark::State& state) {
  Sampler sampler(Stream(1, "bench", 0), *exponential(0.01));
  Histogram total;
  Histogram bin;
  for (auto _ : state) {
    for (int i = 0; i < 1000; ++i) bin.record(sampler.next_ns());
    total.merge(bin);
    bin.clear();
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(histogram_merge_and_clear);

void time_weighted_add(benchmark::State& state) {
  TimeWeighted w;
  std::int64_t now = 0;
  for (auto _ : state) {
    now += 3;
    w.add(Time{now}, now % 2 == 0 ? 1 : -1);
    benchmark::DoNotOptimize(w);
  }
}
BENCHMARK(time_weighted_add);

}  // namespace
}  // namespace windtunnel
