// What one arrival costs, by type. The target for a busy day of a trace is at most 12 ns.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "models/workload/arrival_process.hpp"
#include "models/workload/trace_file.hpp"

namespace windtunnel {
namespace {

class Silent final : public Problems {
 public:
  void error(std::string_view, std::string) override { ++errors; }
  void warning(std::string_view, std::string) override {}
  int errors = 0;
};

// Sets parameters without the scenario reader: numbers, rates, durations and texts by name.
class Setter final : public FieldVisitor, public ValueVisitor {
 public:
  Setter(std::string name, double number, std::string text = {})
      : name_(std::move(name)), number_(number), text_(std::move(text)) {}
  void visit(const FieldInfo& info, Value& value) override {
    if (info.name == name_) value.accept(*this);
  }
  void not_modelled(std::string_view, std::string_view) override {}
  void value(bool& v, const FieldInfo&) override { v = number_ != 0; }
  void value(std::int64_t& v, const FieldInfo&) override { v = static_cast<std::int64_t>(number_); }
  void value(double& v, const FieldInfo&) override { v = number_; }
  void value(std::string& v, const FieldInfo&) override { v = text_; }
  void value(Duration& v, const FieldInfo&) override { v = from_seconds(number_); }
  void value(Rate& v, const FieldInfo&) override { v.per_second = number_; }
  void value(Share& v, const FieldInfo&) override { v.value = number_; }
  void value(Cpu&, const FieldInfo&) override {}
  void value(Bytes&, const FieldInfo&) override {}
  void value(Quantity&, const FieldInfo&) override {}
  void value(ByteRate&, const FieldInfo&) override {}
  void value(Amount&, const FieldInfo&) override {}
  void value(Enumerated&, const FieldInfo&) override {}
  void object(ObjectView&, const FieldInfo&) override {}
  void list(ListView&, const FieldInfo&) override {}
  void map(MapView&, const FieldInfo&) override {}
  void optional(OptionalView& v, const FieldInfo&) override {
    v.emplace();
    v.visit(*this);
  }
  void choice(ChoiceView&, const FieldInfo&) override {}

 private:
  std::string name_;
  double number_;
  std::string text_;
};

void set(ArrivalsChoice& choice, std::string name, double number, std::string text = {}) {
  Setter setter(std::move(name), number, std::move(text));
  choice.mutable_params().describe(setter);
}

void draw(benchmark::State& state, const ArrivalsChoice& arrivals) {
  const ArrivalContext context{.name = "web"};
  auto process = arrivals->make(context);
  std::vector<Arrival> batch(256);
  for (auto unused : state) {
    if (process->fill(batch) < batch.size()) process = arrivals->make(context);
    benchmark::DoNotOptimize(batch.data());
  }
  state.SetItemsProcessed(state.iterations() * 256);
}

void constant_rate(benchmark::State& state) { draw(state, constant_arrivals(1000)); }
BENCHMARK(constant_rate);

void poisson(benchmark::State& state) { draw(state, poisson_arrivals(1000)); }
BENCHMARK(poisson);

void renewal(benchmark::State& state) { draw(state, renewal_arrivals(exponential(0.001))); }
BENCHMARK(renewal);

void ramp(benchmark::State& state) {
  auto choice = ArrivalsChoice::of("ramp");
  set(choice, "from", 100);
  set(choice, "to", 2000);
  set(choice, "over", 86'400);
  draw(state, choice);
}
BENCHMARK(ramp);

void diurnal(benchmark::State& state) {
  auto choice = ArrivalsChoice::of("diurnal");
  set(choice, "mean", 1000);
  draw(state, choice);
}
BENCHMARK(diurnal);

std::string day_of_minutes(int per_minute) {
  std::string text = "period,count\n";
  for (int minute = 0; minute < 1440; ++minute)
    text += std::to_string(899'164'800 + 60 * minute) + "," + std::to_string(per_minute + minute) + "\n";
  return text;
}

// A day like the busiest one of the World Cup 1998: 75 million requests in 1440 minutes.
void trace_of_a_busy_day(benchmark::State& state) {
  const auto folder = std::filesystem::temp_directory_path();
  std::ofstream(folder / "windtunnel_workload_bench.csv") << day_of_minutes(51'500);
  auto choice = ArrivalsChoice::of("trace");
  set(choice, "file", 0, "windtunnel_workload_bench.csv");
  set(choice, "repeat", 1);
  Silent problems;
  choice.mutable_params().load(folder, problems);
  std::filesystem::remove(folder / "windtunnel_workload_bench.csv");
  if (problems.errors > 0) return state.SkipWithError("the trace cannot be read");
  draw(state, choice);
}
BENCHMARK(trace_of_a_busy_day);

void parse_a_day_of_minutes(benchmark::State& state) {
  const std::string text = day_of_minutes(1000);
  Silent problems;
  for (auto unused : state) benchmark::DoNotOptimize(parse_trace(text, {.file = "day.csv"}, problems).counts.data());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_a_day_of_minutes)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace windtunnel
