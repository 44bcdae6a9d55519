#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sim/describe/field.hpp"

namespace windtunnel {

// What a function costs that is billed by the execution: its memory for as long as it runs, and each execution. The
// defaults are the terms of AWS Lambda (2025): by the millisecond, the initialization of a new instance included; its
// prices differ by region and are none.
struct FunctionPrice {
  double per_gb_second = 0;         // a GB is 1024 MiB, as providers count
  double per_million_requests = 0;  // executions: what is rejected or lost before it starts is not billed
  std::optional<Bytes> memory;      // none: the instance's memory limit
  Duration granularity = std::chrono::milliseconds(1);
  Duration minimum_duration{};
  bool bill_startup = true;

  std::int64_t billed_ns(std::int64_t ran_ns) const;  // of one execution
  void describe(FieldVisitor& v);
};

// What an account has for nothing in a month of 730 hours; a shorter or longer run has its share of it.
struct FreeTier {
  double gb_seconds = 0;
  double requests = 0;
  void describe(FieldVisitor& v);
};

// What requests cost that go from one zone to another, with their answers. Providers bill the bytes in either
// direction; their prices differ and are none.
struct CrossZonePrice {
  double per_gb = 0;  // of what a request and its answer carry; a GB is 1024 MiB, as providers count
  double per_million_requests = 0;
  Bytes bytes{0};                         // of a request and its answer …
  std::map<std::string, Bytes> bytes_of;  // … of those to these services

  double of_one(const std::string& service) const;
  bool free() const { return per_gb == 0 && per_million_requests == 0; }
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

// What the deployment costs, per second. Instances are billed from the moment they are created, or get their node where
// there are nodes, to the moment they are gone; nodes from the moment they are launched to the moment they are given
// back.
struct Cost {
  std::map<std::string, double> per_instance_hour;  // by service
  Duration minimum_instance_time{};                 // of each instance; what it lacks is billed when it is gone
  std::map<std::string, FunctionPrice> functions;   // by service
  FreeTier free_tier;                               // of all functions together
  double per_node_hour = 0;                         // of a node whose group has no price
  double per_request = 0;                           // of every request that arrives
  std::optional<CrossZonePrice> cross_zone;         // none: nothing
  std::string currency = "USD";
  void describe(FieldVisitor& v);
};

}  // namespace windtunnel
