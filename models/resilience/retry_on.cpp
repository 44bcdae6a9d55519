#include "models/resilience/retry_on.hpp"

namespace windtunnel {
namespace {

constexpr int kDeadlineExceeded = 4, kUnavailable = 14;

}  // namespace

RetryOn::RetryOn(const std::vector<std::string>& words) {
  for (const std::string& word : words) add(word);
}

void RetryOn::add_kinds(std::initializer_list<Failure::Kind> kinds) {
  for (const Failure::Kind kind : kinds) kinds_.set(static_cast<std::size_t>(kind));
}

bool RetryOn::add(std::string_view word) {
  using Kind = Failure::Kind;
  const auto add_http = [this](int from, int to) {
    for (int status = from; status <= to; ++status) http_.set(static_cast<std::size_t>(status));
  };
  // Envoy takes an upstream that does not answer for one that answers 5xx, as its own client will get that.
  if (word == "5xx" || word == "gateway-error") {
    add_kinds({Kind::kTimeout, Kind::kReset, Kind::kConnectFailure});
    word == "5xx" ? add_http(500, 599) : add_http(502, 504);
  } else if (word == "reset") {
    add_kinds({Kind::kTimeout, Kind::kReset, Kind::kConnectFailure});
  } else if (word == "connect-failure") {
    add_kinds({Kind::kConnectFailure});
  } else if (word == "retriable-4xx") {
    add_http(409, 409);
  } else if (word == "transient") {
    add_kinds({Kind::kTimeout, Kind::kReset, Kind::kConnectFailure});
    add_http(500, 500);
    add_http(502, 504);
  } else if (word == "throttling") {
    add_http(429, 429);
  } else if (word == "timeout") {
    add_kinds({Kind::kTimeout});
  } else if (word == "refused") {
    add_kinds({Kind::kRefused});
  } else {
    const std::optional<Status> status = Status::named(word);
    if (!status) return false;
    if (status->http != 200) {
      http_.set(static_cast<std::size_t>(status->http));
      return true;
    }
    grpc_.set(static_cast<std::size_t>(status->grpc));
    // What a gRPC client makes of an answer that does not come.
    if (status->grpc == kUnavailable) add_kinds({Kind::kReset, Kind::kConnectFailure});
    if (status->grpc == kDeadlineExceeded) add_kinds({Kind::kTimeout});
  }
  return true;
}

bool RetryOn::includes(const Failure& failure) const {
  if (failure.kind != Failure::Kind::kAnswer) return kinds_[static_cast<std::size_t>(failure.kind)];
  return http_[static_cast<std::size_t>(failure.status.http)] || grpc_[static_cast<std::size_t>(failure.status.grpc)];
}

void RetryOn::check(const std::vector<std::string>& words, std::string_view at, Problems& p) {
  RetryOn none({});
  for (std::size_t i = 0; i < words.size(); ++i)
    if (!none.add(words[i]))
      p.error(std::string(at) + "/" + std::to_string(i),
              "\"" + words[i] + "\" is nothing that an attempt fails with; there are " + std::string(kRetryOnWords));
}

}  // namespace windtunnel
