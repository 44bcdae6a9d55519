#include <ostream>

#include "cli/verbs.hpp"
#include "models/replay/replay.hpp"
#include "models/scenario/read.hpp"

namespace windtunnel::cli {

int schema_verb(const SchemaArguments& a, Console& console) {
  const std::string schema = a.of == SchemaArguments::Of::kReplay ? replay_schema() : scenario_schema();
  console.out << schema << (schema.empty() || schema.back() != '\n' ? "\n" : "");
  return kAllMet;
}

}  // namespace windtunnel::cli
