#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/fault/fault.hpp"

// The faults of this folder, one .cpp each, and what they have in common.
namespace windtunnel {

void add_kill_instances(Registry<Fault>& faults);
void add_crashes(Registry<Fault>& faults);
void add_zone_outage(Registry<Fault>& faults);
void add_slow_instances(Registry<Fault>& faults);

// How many of a service's running instances a fault hits: exactly one of `share` and `count`.
struct Victims {
  enum class Which { kAny, kOldest, kNewest };
  std::optional<Share> share;
  std::optional<std::int64_t> count;
  Which which = Which::kAny;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  // From `running`, which ascends; a share is rounded up. Any are drawn without replacement, one word each. Ascending.
  std::vector<std::uint32_t> draw(std::vector<std::uint32_t> running, Stream& words) const;
};

std::string stream_name(std::size_t index, std::string_view what);     // "fault/<index>/<what>"
std::string listed(const std::vector<std::uint32_t>& instances);       // "3, 5 and 8", shortened when there are many
std::string counted(std::size_t n, std::string_view of = "instance");  // "1 instance", "2 instances"

}  // namespace windtunnel
