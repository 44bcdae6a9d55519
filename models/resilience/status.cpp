#include "models/resilience/status.hpp"

#include <algorithm>

namespace windtunnel {
namespace {

constexpr int kUnknown = 2, kPermissionDenied = 7, kUnimplemented = 12, kInternal = 13, kUnavailable = 14,
              kUnauthenticated = 16;

int grpc_of_http(int http) {
  switch (http) {
    case 400:
      return kInternal;
    case 401:
      return kUnauthenticated;
    case 403:
      return kPermissionDenied;
    case 404:
      return kUnimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return kUnavailable;
    default:
      return kUnknown;
  }
}

}  // namespace

Status Status::of_http(int http) {
  return {static_cast<std::int16_t>(http), static_cast<std::int8_t>(grpc_of_http(http))};
}

std::optional<Status> Status::named(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() == 3 && std::all_of(text.begin(), text.end(), digit)) {
    const int http = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
    if (http < 400 || http > 599) return std::nullopt;
    return of_http(http);
  }
  for (std::size_t i = 1; i < kGrpcStatusNames.size(); ++i)
    if (kGrpcStatusNames[i] == text) return Status{200, static_cast<std::int8_t>(i)};
  return std::nullopt;
}

}  // namespace windtunnel
