#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "models/autoscaler/replica_limits.hpp"

// What is said to a policy outside of this process and what it answers: lines of JSON, version 1. Every line and key is
// in docs/guides/own-policy.md, which is the contract.
namespace windtunnel::external {

inline constexpr std::int64_t kProtocolVersion = 1;

struct Greeting {
  std::string service;
  std::uint64_t replication = 0;
  std::uint64_t seed = 0;  // below 2^53, which every reader of JSON keeps exactly
  Duration sync_period{};
  ReplicaLimits limits;
  std::vector<std::string> metrics;  // names
};

// By name; none: the metric has no value.
using MetricValues = std::map<std::string, std::optional<double>>;

std::string greeting_line(const Greeting& greeting);
std::string question_line(std::uint64_t tick, const ServiceSignal& signal, const MetricValues& metrics);

struct Answer {
  std::int64_t replicas = 0;
  std::string reason;
  std::map<std::string, double> inputs;
};

// Each returns what is wrong with the line, empty if nothing; `out` is whole only then.
std::string read_greeting_answer(std::string_view line);
std::string read_answer(std::string_view line, std::uint64_t tick, Answer& out);

// Foreign text for a message: at most so many bytes of it, line ends kept, every other byte that is not printable
// UTF-8 spelled "\x1b".
std::string shown(std::string_view text, std::size_t at_most = 2000);

}  // namespace windtunnel::external
