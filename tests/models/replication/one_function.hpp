#pragma once

#include <string>
#include <vector>

#include "tests/models/replication/flight.hpp"

// Scenarios of one function "f" that takes ten seconds to start and a second for each request.
namespace windtunnel::test {

struct OneFunction {
  std::vector<double> arrivals;  // seconds
  std::string terms;             // more fields of per_request: ", \"provisioned\": 2"
  std::string horizon = "1000s";
  std::string more;  // more fields of the scenario

  std::string text() const;  // its arrivals are written to a file of the test's own
};

std::vector<double> waits_s(const Flight& flight);                // by arrival
std::vector<std::uint32_t> instances_used(const Flight& flight);  // by arrival

}  // namespace windtunnel::test
