#pragma once

#include <string>
#include <vector>

#include "tests/models/replication/flight.hpp"

namespace windtunnel::test {

// What is wrong with a scenario: "pointer: message", in the order in which it is told.
inline std::vector<std::string> issues(const std::string& text) {
  std::vector<std::string> out;
  try {
    scenario_of(text);
  } catch (const ConfigError& e) {
    for (const Issue& issue : e.issues()) out.push_back(issue.pointer + ": " + issue.message);
  }
  return out;
}

}  // namespace windtunnel::test
