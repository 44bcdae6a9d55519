#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/resilience/status.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// An error that a share of the requests ends with once a step is done, and what its answer says.
struct StepError {
  Share share{0};
  std::string status = "500";
  std::optional<Duration> retry_after;  // none: the answer does not say when to come back
  bool no_retry = false;                // it says not to come back

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

// As it is drawn: one number decides whether there is an error, and which.
struct ErrorAnswer {
  double up_to = 0;  // of that number
  Status status;
  std::optional<Duration> retry_after;  // negative: not at all
};
std::vector<ErrorAnswer> error_answers(const std::vector<StepError>& errors);

}  // namespace windtunnel
