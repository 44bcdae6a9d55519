#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "models/run.hpp"
#include "models/scenario/read.hpp"

// Flies scenarios written as text and keeps what an Observer sees of them.
namespace windtunnel::test {

struct Seen {
  std::int64_t arrived, started, ended;  // ns; started: -1 if never
  std::uint32_t request_class, instance;
  Outcome outcome;

  bool operator==(const Seen&) const = default;
  friend void PrintTo(const Seen& r, std::ostream* out) {
    *out << kOutcomeNames[static_cast<std::size_t>(r.outcome)] << " " << r.arrived << " " << r.started << " " << r.ended
         << " class " << r.request_class << " instance " << r.instance;
  }
  std::int64_t wait() const { return (started < 0 ? ended : started) - arrived; }
  std::int64_t latency() const { return ended - arrived; }
};

struct Told {
  std::int64_t at;
  std::string service, kind, sentence;
};

class Recorder final : public Observer {
 public:
  std::vector<Seen> requests;  // in the order in which they ended
  std::vector<Told> decisions;

  void request_ended(Time arrived, Time started, Time ended, std::uint32_t request_class, std::uint32_t instance,
                     std::uint8_t outcome) override {
    requests.push_back({arrived.count(), started == kNever ? -1 : started.count(), ended.count(), request_class,
                        instance, static_cast<Outcome>(outcome)});
  }
  void decision(Time at, std::string_view service, std::string_view kind, std::string_view sentence) override {
    decisions.push_back({at.count(), std::string(service), std::string(kind), std::string(sentence)});
  }

  std::vector<Seen> by_arrival() const;
  std::vector<Seen> with(Outcome outcome) const;
};

struct Flight {
  Result result;
  Recorder seen;

  // Mean over the replications; fails the test where there is no such figure.
  double figure(const std::string& metric) const;
  std::uint64_t count(Outcome outcome) const;  // of all services
  std::vector<Decision> changes() const;       // decisions but for holds
};

Scenario scenario_of(const std::string& text, const std::vector<Override>& overrides = {});
Flight fly(const std::string& text, const std::vector<Override>& overrides = {}, std::uint64_t replications = 1,
           std::uint64_t seed = 1);

// Everything in the result, in one text: equal texts mean equal results, bit by bit.
std::string digest(const Result& result);

constexpr std::int64_t kMs = 1'000'000, kSec = 1'000'000'000;

}  // namespace windtunnel::test
