#include "models/connection/connection_params.hpp"

#include <array>
#include <string>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kProtocolNames = {"http1", "http2"};
constexpr std::array<std::string_view, 2> kBalancedNames = {"per_connection", "per_request"};

}  // namespace

void ConnectionParams::describe(FieldVisitor& v) {
  v.choice("protocol", protocol, kProtocolNames,
           "http1: a connection carries one request at a time, a client with more of them opens more; http2: it "
           "carries many at once (gRPC)");
  v.choice(
      "balanced", balanced, kBalancedNames,
      "per_connection: an instance is chosen when a connection is opened and has all its requests (kube-proxy, "
      "network load balancers); per_request: connections end at a balancer that chooses for each request (proxies, "
      "application load balancers)");
  v.field(
      "min", min,
      "Connections that each client keeps from its first request on: idle ones are not closed below it, broken ones "
      "are opened anew at once. gRPC's channels: 1",
      {.lo = 0, .hi = 10'000});
  v.field("max", max, "Connections that each client has at most; further requests wait for one. None: any number",
          {.lo = 1, .hi = 100'000});
  v.field("max_streams", max_streams,
          "With http2: requests at once over one connection (SETTINGS_MAX_CONCURRENT_STREAMS). None: any number",
          {.lo = 1, .hi = 1e9});
  v.field("idle_timeout", idle_timeout,
          "A connection without requests for so long is closed. None: it is kept. Node.js' servers have 5s, nginx "
          "75s, AWS' application load balancers 60s, Envoy 1h",
          kPositive);
  v.field("max_age", max_age,
          "After so long a connection takes no further requests, and is closed when those on it are through (gRPC's "
          "MAX_CONNECTION_AGE, Envoy's max_connection_duration). None: it lives on",
          kPositive);
  v.field("max_age_jitter", max_age_jitter,
          "By so much of itself max_age is longer or shorter, drawn for each connection; gRPC's is a tenth",
          {.lo = 0, .hi = 1});
  v.field("max_requests", max_requests,
          "The same after so many requests (Envoy's max_requests_per_connection, nginx' keepalive_requests). None: any "
          "number",
          {.lo = 1, .hi = 1e9});
  v.field("round_trip", round_trip,
          "The network's way there and back, of which opening takes one, and TLS more; of services that call, twice "
          "the call's \"network\" instead",
          kNonNegative);
  v.field("tls", tls, "What encryption costs; none: nothing");
}

void ConnectionParams::check(Problems& p) {
  if (max && min > *max) p.error("/min", std::to_string(min) + " is above max, " + std::to_string(*max));
  if (max_streams && protocol == Protocol::kHttp1)
    p.error("/max_streams", "is for protocol http2; over a connection of http1 goes one request at a time");
  if (tls && tls->at == Tls::At::kInstance && !per_connection())
    p.error("/tls/at",
            "is \"instance\", and with balanced \"per_request\" connections end at the balancer; \"edge\" fits");
}

}  // namespace windtunnel
