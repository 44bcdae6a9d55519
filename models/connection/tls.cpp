#include "models/connection/tls.hpp"

#include <array>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kAtNames = {"instance", "edge"};
constexpr std::array<std::string_view, 2> kVersionNames = {"1.3", "1.2"};

}  // namespace

void Tls::describe(FieldVisitor& v) {
  v.choice("at", at, kAtNames,
           "Who ends it and does the computing: the instance, on the thread that serves the connection's requests, or "
           "the balancer at the edge, where it takes time and is counted, and nobody waits for anybody");
  v.choice(
      "version", version, kVersionNames,
      "Of the protocol: a handshake goes once there and back with 1.3, twice with 1.2, and once where that resumes "
      "a session");
  v.field("handshake", handshake, "CPU time of a full handshake on a core of speed 1 (signature, key exchange)",
          kRequired);
  v.field("resumed_handshake", resumed_handshake, "CPU time of a handshake that resumes a session");
  v.field("resumed", resumed,
          "Share of a client's connections after its first that resume a session, as far as servers share their ticket "
          "keys",
          {.lo = 0, .hi = 1});
  v.field("early_data", early_data,
          "With 1.3: a resumed session sends its first request with the handshake, which then waits for no round trip");
  v.field("per_request", per_request, "CPU time on top of each request's first cpu step, to decrypt and encrypt",
          kNonNegative);
}

void Tls::check(Problems& p) {
  if (resumed.value > 0 && !resumed_handshake)
    p.error("/resumed_handshake",
            "is missing: a share of the connections resume a session, and nothing says what that costs");
  if (resumed.value == 0 && resumed_handshake) p.warning("/resumed_handshake", "has no effect: \"resumed\" is 0");
  if (early_data && version == Version::kTls12)
    p.error("/early_data", "is for version 1.3; the version is 1.2");
  else if (early_data && resumed.value == 0)
    p.warning("/early_data", "has no effect: \"resumed\" is 0");
}

int Tls::round_trips(bool resumes) const {
  if (version == Version::kTls12) return resumes ? 1 : 2;
  return resumes && early_data ? 0 : 1;
}

}  // namespace windtunnel
