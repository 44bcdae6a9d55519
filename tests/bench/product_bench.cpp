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

// A farm whose requests each call one behind it, over a network of half a millisecond, and hold their worker until it
// has answered: five events a request (it arrives, computes, its call arrives, computes, is answered).
void two_tiers(benchmark::State& state) {
  const std::string text = R"({"windtunnel": 1, "name": "two tiers", "horizon": "250s",
    "traffic": [{"name": "clients", "to": "front", "arrivals": {"type": "poisson", "rate": "16000/s"}}],
    "services": {
      "front": {"replicas": 200, "instance": {"runtime": {"type": "worker_pool", "workers": 4}},
        "work": {"default": [{"cpu": {"type": "exponential", "mean": "10ms"}},
                             {"call": {"service": "back", "network": "500us"}}]},
        "balancer": {"type": "power_of_two_choices"}},
      "back": {"replicas": 200, "instance": {"runtime": {"type": "worker_pool", "workers": 1}},
        "work": {"default": [{"cpu": {"type": "exponential", "mean": "10ms"}}]},
        "balancer": {"type": "power_of_two_choices"}}}})";
  constexpr double kEventsPerRequest = 5;
  RunOptions options;
  options.threads = 1;
  double cpu = 0;
  std::uint64_t requests = 0;
  for (auto _ : state) {
    const double before = cpu_seconds();
    const Result result = run(parse_scenario(text, ".").scenario, options);
    cpu += cpu_seconds() - before;
    requests += result.services.back().arrived;  // "front"
  }
  state.counters["requests"] = static_cast<double>(requests);
  state.counters["ns_per_event"] = cpu * 1e9 / static_cast<double>(requests) / kEventsPerRequest;
}

// The shipped shop of eleven services at ten times its traffic and instances: pages per second of CPU.
void online_boutique(benchmark::State& state) {
  Scenario scenario =
      read_scenario("scenarios/online-boutique.json",
                    {{"traffic.0.arrivals.rate", "\"5000/s\""}, {"horizon", "\"60s\""}, {"faults", "[]"}})
          .scenario;
  for (auto& [name, service] : scenario.services) service.replicas *= 10;
  RunOptions options;
  options.threads = 1;
  double cpu = 0;
  std::uint64_t pages = 0, requests = 0;
  for (auto _ : state) {
    const double before = cpu_seconds();
    const Result result = run(scenario, options);
    cpu += cpu_seconds() - before;
    for (const ServiceResult& service : result.services) {
      if (service.name == "frontend") pages += service.arrived;
      requests += service.arrived;
    }
  }
  state.counters["pages_per_cpu_s"] = static_cast<double>(pages) / cpu;
  state.counters["requests_per_page"] = static_cast<double>(requests) / static_cast<double>(pages);
}

BENCHMARK(two_tiers)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(online_boutique)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_100)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_1000)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_1000_least_request)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(mm1)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_100_timeout)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_1000_timeout)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(farm_1000_hpa)->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace
}  // namespace windtunnel
