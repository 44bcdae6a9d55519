#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/time.hpp"

namespace windtunnel {

// What an answer says of itself: an HTTP status, as in "503", or a gRPC status, as in "UNAVAILABLE". Each has the other
// beside it that a client of the other kind would see. A gRPC status travels in an HTTP answer of 200. An HTTP answer
// without a gRPC status has the one that gRPC's http-grpc-status-mapping gives it.
struct Status {
  std::int16_t http = 200;
  std::int8_t grpc = 0;  // the index into kGrpcStatusNames

  static std::optional<Status> named(std::string_view text);  // none: no such status
  static Status of_http(int http);
  bool fails() const { return http >= 400 || grpc != 0; }
};
inline constexpr std::array<std::string_view, 17> kGrpcStatusNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};
inline constexpr std::string_view kStatusSpelling =
    "a status is an HTTP number of 400 to 599, such as \"503\", or gRPC's name of one, such as \"UNAVAILABLE\"";

// What a client sees of an attempt that failed.
struct Failure {
  enum class Kind : std::uint8_t {
    kAnswer,          // an answer came, and says so
    kTimeout,         // none came in time
    kReset,           // the connection broke under it
    kConnectFailure,  // there was none to be had
    kRefused,         // the client did not even send it: its breaker, throttle or bulkhead
  };
  Kind kind = Kind::kAnswer;
  Status status{500, 2};                // of an answer
  std::optional<Duration> retry_after;  // that it asks for; negative: not to try again at all

  bool throttles() const { return kind == Kind::kAnswer && (status.http == 429 || status.grpc == 8); }
};

}  // namespace windtunnel
