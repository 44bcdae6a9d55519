#include "models/resilience/pushback.hpp"

namespace windtunnel {
namespace {

// gRFC A6.
class GrpcPushback final : public PushbackParams {
 public:
  void describe(FieldVisitor&) override {}
  Advice heed(Duration retry_after, std::uint64_t) const override {
    if (retry_after < Duration{0}) return {.stop = true, .wait = {}, .backoff = Advice::Backoff::kRestarts};
    return {.stop = false, .wait = retry_after, .backoff = Advice::Backoff::kRestarts};
  }
};

}  // namespace

void add_grpc_pushback(Registry<PushbackParams>& pushbacks) {
  pushbacks.add<GrpcPushback>("grpc_pushback",
                              "gRPC's grpc-retry-pushback-ms: waits exactly so long, then the back-off begins anew; or "
                              "stops, where the answer says so");
}

}  // namespace windtunnel
