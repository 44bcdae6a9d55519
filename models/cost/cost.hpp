#pragma once

#include <map>
#include <string>

#include "sim/describe/field.hpp"

namespace windtunnel {

// What the deployment costs. Instances are billed from the moment they are created to the moment they are gone, per
// second.
struct Cost {
  std::map<std::string, double> per_instance_hour;  // by service
  double per_request = 0;                           // of every request that arrives
  std::string currency = "USD";
  void describe(FieldVisitor& v);
};

}  // namespace windtunnel
