#include "models/request/step_error.hpp"

namespace windtunnel {

void StepError::describe(FieldVisitor& v) {
  v.field("share", share, "Share of requests that end with it", {.lo = 0, .hi = 1, .required = true});
  v.field("status", status,
          "What the answer says: an HTTP status of 400 to 599 as text, or a gRPC status by its name (UNAVAILABLE)");
  v.field("retry_after", retry_after,
          "When the client may come back, as the answer says (Retry-After, grpc-retry-pushback-ms). None: it does not",
          kNonNegative);
  v.field("no_retry", no_retry, "The answer says not to come back (a negative grpc-retry-pushback-ms)");
}

void StepError::check(Problems& p) {
  if (!Status::named(status)) p.error("/status", "\"" + status + "\" is no status; " + std::string(kStatusSpelling));
  if (retry_after && no_retry) p.error("/no_retry", "stands beside a retry_after: an answer says one or the other");
}

std::vector<ErrorAnswer> error_answers(const std::vector<StepError>& errors) {
  std::vector<ErrorAnswer> out;
  double sum = 0;
  for (const StepError& error : errors) {
    ErrorAnswer answer;
    answer.up_to = sum += error.share.value;
    answer.status = Status::named(error.status).value_or(Status{});
    answer.retry_after = error.no_retry ? Duration{-1} : error.retry_after;
    out.push_back(answer);
  }
  return out;
}

}  // namespace windtunnel
