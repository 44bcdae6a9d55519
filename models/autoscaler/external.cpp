#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "models/autoscaler/external/child_process.hpp"
#include "models/autoscaler/external/protocol.hpp"
#include "models/autoscaler/metric_policy.hpp"
#include "models/autoscaler/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

using external::ChildProcess;

// What is recorded of every decision beside the policy's own inputs.
constexpr std::array<std::string_view, 4> kRecorded = {"current_replicas", "ready", "desired", "raw_recommendation"};

// What a metric of the policy stands for. Nothing is kept at a target, so there is none.
struct AskedMetric {
  std::string metric;  // a scaling metric, or a signal of the scenario
  std::optional<Duration> window;
  std::optional<Share> quantile;
  bool per_instance = false;

  void describe(FieldVisitor& v) {
    v.field("metric", metric, "The scaling metric or signal that is meant", kRequired);
    v.field("window", window, "What a value covers; none: as the metric has it", kNonNegative);
    v.field("quantile", quantile, "Of a latency: the share of the requests that take at most that long");
    v.field("per_instance", per_instance, "The service's figure over its ready instances");
  }
  void check(Problems& p) const {
    if (metric.empty()) p.error("/metric", "needs the name of a scaling metric or of a signal");
    if (quantile && metric != "latency") p.error("/quantile", "is for a latency");
    if (per_instance && !choice()->per_instance())
      p.error("/per_instance", metric + " is no figure of which each instance takes a part");
  }
  MetricChoice choice() const {
    MetricTerms terms;
    terms.window = window;
    terms.per_instance = per_instance;
    if (quantile) terms.quantile = quantile->value;
    if (metric != "signal")
      if (std::optional<MetricChoice> known = metric_named(metric, terms)) return *std::move(known);
    return signal_metric(metric, terms);
  }
};

struct Settings {
  std::vector<std::string> command;
  std::map<std::string, AskedMetric> metrics;
  ReplicaLimits limits;
  Duration sync_period = std::chrono::seconds{15};
  Duration timeout = std::chrono::seconds{10};
  std::filesystem::path folder;  // the scenario's
};

class External final : public MetricPolicy {
 public:
  explicit External(const Settings& s) : MetricPolicy(s.limits, s.sync_period), s_(s) {
    for (const auto& [name, metric] : s_.metrics) keep(*metrics_.emplace(name, metric.choice()).first->second);
  }

  Watched watched() const override {
    Watched wanted = MetricPolicy::watched();
    wanted.requests = true;
    return wanted;
  }

  void run_begins(const ControlledRun& run) override {
    run_ = run;
    external::Greeting greeting;
    greeting.service = run.service;
    greeting.replication = run.streams.replication;
    greeting.seed = run.streams.named(run.service + "/autoscaler").next() >> 11U;
    greeting.sync_period = sync_period();
    greeting.limits = limits();
    for (const auto& [name, metric] : metrics_) greeting.metrics.push_back(name);
    const std::string line = greeting_line(greeting);
    try {
      child_ = std::make_unique<ChildProcess>(s_.command, s_.folder);
    } catch (const std::system_error& error) {
      fail(error.what(), "at its start", {}, {});
    }
    const ChildProcess::Reply reply = exchange(line, "at its start");
    if (reply.outcome == ChildProcess::Outcome::kStopped) return;
    if (const std::string problem = external::read_greeting_answer(reply.text); !problem.empty())
      fail("gave a wrong answer to the greeting: " + problem, "at its start", line, reply.text);
  }

  ScalingDecision decide(const ServiceSignal& signal) override {
    std::map<std::string, double> inputs;
    external::MetricValues values;
    for (const auto& [name, metric] : metrics_) {
      const std::optional<double> value = this->value(*metric, signal);
      values[name] = value;
      if (value) inputs[name] = *value;
    }
    const std::string line = external::question_line(++tick_, signal, values);
    const std::string when = "at " + format_duration(signal.now - signal.measured_from);
    const ChildProcess::Reply reply = exchange(line, when);
    if (reply.outcome == ChildProcess::Outcome::kStopped)  // of this run there is no result
      return decision(signal, signal.spec_replicas, {}, {}, {});
    external::Answer answer;
    std::string problem = external::read_answer(reply.text, tick_, answer);
    for (const auto& [name, value] : answer.inputs)
      if (is_taken(name)) problem = "an input may not be called \"" + name + "\", as Windtunnel records one itself";
    if (!problem.empty()) fail("gave a wrong answer: " + problem, when, line, reply.text);

    inputs.merge(answer.inputs);
    inputs["raw_recommendation"] = static_cast<double>(answer.replicas);
    return decision(signal, answer.replicas,
                    answer.reason.empty() ? "the policy wants " + std::to_string(answer.replicas) : answer.reason,
                    std::move(inputs), {answer.replicas});
  }

  void run_ends() override {
    const ChildProcess::Reply reply = child_->finish(s_.timeout, run_.stop);
    const std::string when = "after its last answer";
    switch (reply.outcome) {
      case ChildProcess::Outcome::kUnasked:
        fail("said something that nobody had asked for", when, {}, reply.text);
      case ChildProcess::Outcome::kTimedOut:
        fail("did not end within " + format_duration(s_.timeout) + " of the end of its standard input", when, {}, {});
      case ChildProcess::Outcome::kEnded:
        if (!child_->succeeded()) fail(child_->how_it_ended(), when, {}, {});
        break;
      default:
        break;
    }
    child_.reset();
  }

 private:
  bool is_taken(const std::string& input) const {
    return metrics_.contains(input) || std::find(kRecorded.begin(), kRecorded.end(), input) != kRecorded.end();
  }

  // An answer, or that the run is to stop.
  ChildProcess::Reply exchange(const std::string& line, const std::string& when) {
    ChildProcess::Reply reply = child_->ask(line, s_.timeout, run_.stop);
    switch (reply.outcome) {
      case ChildProcess::Outcome::kEnded:
        fail(child_->how_it_ended() + " instead of answering", when, line, reply.text);
      case ChildProcess::Outcome::kTimedOut:
        fail("did not answer within " + format_duration(s_.timeout), when, line, reply.text);
      case ChildProcess::Outcome::kTooLong:
        fail("gave an answer of more than " + std::to_string(ChildProcess::kLongestLine) + " bytes", when, line,
             reply.text);
      case ChildProcess::Outcome::kUnasked:
        fail("said something before it was asked", when, line, reply.text);
      default:
        return reply;
    }
  }

  [[noreturn]] void fail(const std::string& what, const std::string& when, std::string_view asked,
                         std::string_view got) const {
    std::string text = "the external policy of service \"" + run_.service + "\" (" + command() + ", replication " +
                       std::to_string(run_.streams.replication) + ") failed " + when + (child_ ? ": it " : ": ") + what;
    if (!asked.empty()) text += "\n  asked: " + external::shown(asked);
    if (!got.empty()) text += "\n  got: " + external::shown(got);
    if (const std::string last = child_ ? external::shown(child_->last_words(), 8192) : ""; !last.empty())
      text += "\n  its last words on standard error:\n" + last;
    throw std::runtime_error(text);
  }
  std::string command() const {
    std::string text;
    for (const std::string& word : s_.command) text += (text.empty() ? "" : " ") + word;
    return external::shown(text, 200);
  }

  Settings s_;
  std::map<std::string, MetricChoice> metrics_;
  ControlledRun run_;
  std::unique_ptr<ChildProcess> child_;
  std::uint64_t tick_ = 0;
};

// Whether posix_spawnp would find the program from `folder`.
bool can_be_started(const std::string& program, const std::filesystem::path& folder) {
  const auto executable = [](const std::filesystem::path& file) {
    std::error_code error;
    return std::filesystem::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
  };
  if (program.find('/') != std::string::npos) return executable(folder / program);
  const char* variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "/bin:/usr/bin";
  for (;;) {
    const std::size_t colon = path.find(':');
    if (executable(folder / path.substr(0, colon) / program)) return true;
    if (colon == std::string_view::npos) return false;
    path.remove_prefix(colon + 1);
  }
}

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("command", s_.command,
            "The program and its arguments, one by one; it runs in the scenario's folder, and no shell reads it",
            kRequired);
    v.field("metrics", s_.metrics, "What the policy is told beside the service's own counters, by names of its own");
    s_.limits.describe(v);
    v.field("sync_period", s_.sync_period, "Time between two questions", {.lo = 0.1});
    v.field("timeout", s_.timeout, "How long an answer may take by the wall clock", kPositive);
  }
  void check(Problems& p) override {
    s_.limits.check(p);
    if (s_.command.empty() || s_.command.front().empty()) p.error("/command", "needs a program to start");
    for (std::size_t i = 0; i < s_.command.size(); ++i)
      if (s_.command[i].find('\0') != std::string::npos)
        p.error("/command/" + std::to_string(i), "has a NUL byte in it");
    for (const std::string_view name : kRecorded)
      if (s_.metrics.contains(std::string(name)))
        p.error("/metrics/" + std::string(name), "is the name of something that is recorded of every decision");
  }
  void load(const std::filesystem::path& folder, Problems& p) override {
    std::error_code error;
    s_.folder = std::filesystem::absolute(folder.empty() ? "." : folder, error);
    if (s_.command.empty() || can_be_started(s_.command.front(), s_.folder)) return;
    const bool named = s_.command.front().find('/') != std::string::npos;
    p.error("/command/0", "there is no program \"" + s_.command.front() +
                              (named ? "\", seen from the scenario's folder" : "\" on the PATH"));
  }
  bool needs_cpu_request() const override {
    return std::any_of(s_.metrics.begin(), s_.metrics.end(),
                       [](const auto& asked) { return asked.second.choice()->needs_cpu_request(); });
  }
  std::optional<std::int64_t> most_replicas() const override { return s_.limits.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<External>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_external(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("external", "A program of your own, asked in JSON lines (docs/guides/own-policy.md)");
}

}  // namespace windtunnel
