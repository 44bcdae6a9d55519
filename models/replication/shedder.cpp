// Event loops that turn requests away when they are late, as toobusy-js does: once the loop has got to a request, and
// before anything is done for it.

#include "models/replication/shedder.hpp"

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::build_shedder(Service& service) {
  service.shedder = std::make_unique<Shedder>();
  service.shedder->params = &*service.params->admission.too_busy;
  service.shedder->words = std::make_unique<Stream>(streams_.named(service.name + "/too_busy"));
  service.sheds = service.lag_probed = true;
  service.all_plain = false;  // a thread that goes on to the next request asks nobody
}

void Replication::begin_lag_timers(Service& service, std::uint32_t slot) {
  Shedder& shedder = *service.shedder;
  for (std::uint32_t k = 0; k < service.processes; ++k) {
    const std::uint32_t station = station_id(slot, k);
    shedder.processes.insert_or_assign(station, Shedder::Process{SmoothedLag(*shedder.params)});
    sim_.schedule(now_ns() + shedder.params->interval.count(), kLagTimer, station, lives_[slot].life);
  }
}

void Replication::lag_timer_due(std::uint32_t id, std::uint32_t life) {
  const Station& station = station_at(id);
  if (station.instance == kNone || lives_[station.instance].life != life) return;
  Service& service = *services_[instances_[station.instance].service];
  service.shedder->processes.at(id).due = now_ns();
  if (station.busy < station.threads) loop_is_free(service, id);
}

// The loop gets to the timer before whatever came after it was due.
void Replication::fire_lag_timer(Service& service, std::uint32_t id) {
  const Station& station = station_at(id);
  const auto found = service.shedder->processes.find(id);
  if (found == service.shedder->processes.end() || found->second.due < 0) return;
  Shedder::Process& process = found->second;
  if (!station.queue.empty() && pool_[station.queue.head].until <= process.due) return;
  process.lag.measured(Duration{now_ns() - process.due});
  process.due = -1;
  sim_.schedule(now_ns() + service.shedder->params->interval.count(), kLagTimer, id, lives_[station.instance].life);
}

// A word for every request that the loop gets to, whatever comes of it. Messages are fetched by who has time for them.
bool Replication::turned_away(Service& service, std::uint32_t r, const Station& station) {
  const Request& request = pool_[r];
  const RequestKind& kind = kinds_[request.kind];
  if (station.role != 0 || request.started >= 0 || kind.message || kind.handshake) return false;
  const double u = service.shedder->words->uniform();
  const auto found = service.shedder->processes.find(request.station);
  if (found == service.shedder->processes.end() || u > found->second.lag.share_turned_away()) return false;
  pool_[r].be(Request::State::kAtService);  // it is in no queue any more
  lose(service, r, Outcome::kRejectedQueueDelay);
  return true;
}

}  // namespace windtunnel
