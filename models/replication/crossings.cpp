// Requests that go from one zone to another, where that has a price.

#include "models/replication/crossings.hpp"

#include <limits>

#include "models/replication/operations.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {

// The request that waits for this call; kNone: it is no call, or nobody does any more.
std::uint32_t Replication::caller_of(std::uint32_t r) const {
  const RequestKind& kind = kinds_[pool_.at(r).kind];
  if (!kind.called) return kNone;
  if (!kind.attempt) return callers_[r].request;
  const std::uint32_t attempt = operations_->attempt_of[r];
  return attempt == kNone ? kNone : operations_->operations[operations_->attempts[attempt].operation].caller;
}

void Replication::build_crossings(Service& service) {
  if (!scenario_.cost.cross_zone || zone_up_.size() < 2) return;
  service.crossings = std::make_unique<Crossings>();
  service.crossings->price = scenario_.cost.cross_zone->of_one(service.name);
  service.noted = true;
}

// Balancers stand in the zones in turn. Without balancers of their own, requests of traffic come in through the zones
// in turn, and those of clients with connections always through their own.
void Replication::note_crossing(Service& service, const Request& request) {
  if (kinds_[request.kind].message || kinds_[request.kind].handshake) return;
  Crossings& c = *service.crossings;
  const auto r = static_cast<std::uint32_t>(&request - pool_.data());
  const auto zones = static_cast<std::uint32_t>(zone_up_.size());
  const std::uint32_t to = lives_[request.instance].zone;
  const std::uint32_t caller = caller_of(r);
  std::uint32_t from = caller == kNone ? kNone : lives_[pool_[caller].instance].zone;
  std::uint32_t crossed = 0;
  if (service.balancing) {
    const std::uint32_t at = service.balancing->placed[r].proxy % zones;
    crossed += from != kNone && from != at ? 1 : 0;
    from = at;
  } else if (from == kNone) {
    from = c.turn;
    c.turn = c.turn + 1 == zones ? 0 : c.turn + 1;
  }
  crossed += from != to ? 1 : 0;
  if (!request.is(Request::kMeasured)) return;
  ++c.placed;
  c.crossed += crossed;
}

void Replication::write_crossings(Record& record, const Service& service) {
  const Crossings& c = *service.crossings;
  const auto placed = static_cast<double>(c.placed), crossed = static_cast<double>(c.crossed);
  record.values.push_back({service.name + ".cross_zone.each", "count",
                           c.placed > 0 ? crossed / placed : std::numeric_limits<double>::quiet_NaN()});
  record.values.push_back({service.name + ".cross_zone.cost", scenario_.cost.currency, crossed * c.price});
}

}  // namespace windtunnel
