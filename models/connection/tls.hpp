#pragma once

#include "sim/describe/field.hpp"
#include "sim/distribution/distribution.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// What encryption costs. How long a handshake computes depends on keys, library and machine, so there is no default for
// it (`openssl speed` says it); how often it crosses the network is the protocol's: RFC 8446 and RFC 5246.
struct Tls {
  enum class At {
    kInstance,  // on a thread of the instance: its event loop's, where it has one
    kEdge,      // on the balancer, whose CPU is nobody's bottleneck
  };
  enum class Version { kTls13, kTls12 };

  At at = At::kInstance;
  Version version = Version::kTls13;
  DistributionChoice handshake;          // CPU time on a core of speed 1
  DistributionChoice resumed_handshake;  // none: nobody resumes
  Share resumed{0};                      // of a client's connections after its first
  bool early_data = false;
  Duration per_request{0};

  // Of one handshake, before the first request can follow.
  int round_trips(bool resumes) const;
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

}  // namespace windtunnel
