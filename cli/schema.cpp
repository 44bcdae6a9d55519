#include <ostream>

#include "cli/verbs.hpp"
#include "models/scenario/read.hpp"

namespace windtunnel::cli {

int schema_verb(Console& console) {
  const std::string schema = scenario_schema();
  console.out << schema << (schema.empty() || schema.back() != '\n' ? "\n" : "");
  return kAllMet;
}

}  // namespace windtunnel::cli
