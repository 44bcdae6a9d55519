// The jobs that the peers in tests/bench/peers do too, through the public door: a scenario's text in, a result out,
// with the statistics that every run has. Times are CPU time of the whole process, reading and start-up included.
#include <benchmark/benchmark.h>

#include <ctime>
#include <string>

#include "models/run.hpp"
#include "models/scenario/read.hpp"

namespace windtunnel {
namespace {

constexpr int kRequests = 4'000'000;
constexpr double kServiceSeconds = 0.010;
constexpr double kLoad = 0.8;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Poisson arrivals at 80 % load; servers of one slot each, first come first served, exponential service of 10 ms.
std::string farm(int servers, const std::string& balancer, const std::string& more_traffic = "",
                 const std::string& more_service = "") {
  const double rate = kLoad * servers / kServiceSeconds;
  const double horizon = kRequests / rate;
  return R"({"windtunnel": 1, "name": "farm", "horizon": ")" + std::to_string(horizon) + R"(s",
    "traffic": [{"name": "clients", "to": "servers", )" +
         more_traffic + R"(
                 "arrivals": {"type": "poisson", "rate": ")" +
         std::to_string(rate) + R"(/s"}}],
    "services": {"servers": {"replicas": )" +
         std::to_string(servers) + R"(,
      "instance": {"runtime": {"type": "worker_pool", "workers": 1}, "resources": {"requests": {"cpu": 1}}},
      "work": {"default": [{"cpu": {"type": "exponential", "mean": "10ms"}}]},
      "balancer": {"type": ")" +
         balancer + R"("})" + more_service + "}}}";
}

void fly(benchmark::State& state, const std::string& text) {
  RunOptions options;
  options.threads = 1;
  double cpu = 0;
  std::uint64_t requests = 0;
  double mean_s = 0;
  for (auto _ : state) {
    const double before = cpu_seconds();
    const Result result = run(parse_scenario(text, ".").scenario, options);
    cpu += cpu_seconds() - before;
    requests += result.services.front().arrived;
    mean_s = result.services.front().latency.mean() * 1e-9;
  }
  state.counters["requests"] = static_cast<double>(requests);
  state.counters["ns_per_request"] = cpu * 1e9 / static_cast<double>(requests);
  state.counters["mean_s"] = mean_s;
}

void farm_100(benchmark::State& state) { fly(state, farm(100, "power_of_two_choices")); }
void farm_1000(benchmark::State& state) { fly(state, farm(1000, "power_of_two_choices")); }
// Looks at all of them: the shortest queue over a thousand.
void farm_1000_least_request(benchmark::State& state) {
  fly(state, farm(1000, R"(least_request", "full_scan": true, "tie": "random)"));
}
void mm1(benchmark::State& state) { fly(state, farm(1, "round_robin")); }
// A time-out that hardly ever strikes still has to be armed and taken back for every request.
void farm_100_timeout(benchmark::State& state) {
  fly(state, farm(100, "power_of_two_choices", R"("timeout": "30s",)"));
}
void farm_1000_timeout(benchmark::State& state) {
  fly(state, farm(1000, "power_of_two_choices", R"("timeout": "30s",)"));
}
// The control loop and the metrics pipeline before it. The load is the target, so there is nothing to do.
void farm_1000_hpa(benchmark::State& state) {
  fly(state, farm(1000, "power_of_two_choices", "", R"(, "autoscaler": {"type": "kubernetes_hpa", "spec": {
    "minReplicas": 1, "maxReplicas": 2000, "metrics": [{"type": "Resource", "resource": {"name": "cpu",
      "target": {"type": "Utilization", "averageUtilization": 80}}}]}})"));
}

BENCHMARK(farm_100)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_1000)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_1000_least_request)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(mm1)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_100_timeout)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_1000_timeout)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_1000_hpa)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace
}  // namespace windtunnel
