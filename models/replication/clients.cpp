// Clients that try again.

#include "models/replication/clients.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/replication/service_runtime.hpp"
#include "models/run.hpp"

namespace windtunnel {

std::uint32_t Replication::Clients::take() {
  if (free == kNone) {
    operations.emplace_back();
    return static_cast<std::uint32_t>(operations.size() - 1);
  }
  const std::uint32_t operation = free;
  free = operations[operation].next_free;
  operations[operation] = {};
  return operation;
}

void Replication::Clients::give_back(std::uint32_t operation) {
  operations[operation].next_free = free;
  free = operation;
}

// Whoever waits for the request that has just been made.
void Replication::attend(Source& source, std::uint32_t r, float size) {
  if (source.patience) sim_.schedule(now_ns() + source.patience->next_ns(), kPatience, r, pool_[r].stamp);
  if (!source.params->retry) return;
  Clients& clients = *clients_;
  Clients::Source& client = *clients.sources[kinds_[pool_[r].kind].source];
  const std::uint32_t index = clients.take();
  Clients::Operation& operation = clients.operations[index];
  operation.began = now_ns();
  operation.size = size;
  operation.kind = pool_[r].kind;
  operation.measured = pool_[r].is(Request::kMeasured);
  operation.client = client.next_client;
  client.next_client =
      static_cast<std::int64_t>(client.next_client) + 1 == client.params->clients ? 0 : client.next_client + 1;
  if (operation.measured) {
    ++client.began;
    ++client.in_flight;
  }
  attempt(kinds_[operation.kind].source, index, r);
}

void Replication::attempt(std::uint32_t source, std::uint32_t operation_index, std::uint32_t r) {
  Clients& clients = *clients_;
  Clients::Source& client = *clients.sources[source];
  Clients::Operation& operation = clients.operations[operation_index];
  ++operation.attempts;
  if (RetryBudget* budget = clients.budget(client, operation)) budget->sent(sim_.now(), operation.attempt);
  if (clients.operation_of.size() < pool_.size()) clients.operation_of.resize(pool_.size(), kNone);
  clients.operation_of[r] = operation_index;
}

// Called while the request is still there. The retry leaves as an event of its own: nothing that is under way in a
// service runs on in another attempt.
void Replication::attempt_ended(Source& source, std::uint32_t r, Outcome how) {
  Clients& clients = *clients_;
  const std::uint16_t source_index = kinds_[pool_[r].kind].source;
  Clients::Source& client = *clients.sources[source_index];
  const std::uint32_t index = clients.operation_of[r];
  Clients::Operation& operation = clients.operations[index];
  const bool success = how == Outcome::kCompleted;
  RetryBudget* budget = clients.budget(client, operation);
  if (budget != nullptr) budget->ended(sim_.now(), operation.attempt, success);
  const bool counts = now_ns() >= measure_from_;
  if (!success && operation.attempts < client.params->attempts) {
    const std::optional<double> paid = budget == nullptr ? 0 : budget->leave(sim_.now(), how == Outcome::kTimedOut);
    // Taken whether there is leave or not, so that other operations' waits do not change with it.
    const std::uint64_t word = client.words->next();
    if (paid) {
      operation.attempt = {true, *paid};
      operation.last_wait = client.params->backoff.wait(operation.attempts, operation.last_wait, word);
      if (counts) ++client.retries;
      const std::int64_t room = std::numeric_limits<std::int64_t>::max() - now_ns();
      return sim_.schedule(now_ns() + std::min(room, operation.last_wait->count()), kRetry, index, 0);
    }
    if (counts) ++client.refused;
  }
  if (operation.measured) {
    --client.in_flight;
    ++(success ? client.succeeded : client.failed);
    client.attempts += operation.attempts;
    if (success) client.latency.record(now_ns() - operation.began);
  }
  clients.give_back(index);
  if (source.think) sim_.schedule(now_ns() + source.think->next_ns(), kThink, source_index, 0);
}

void Replication::retry(std::uint32_t operation_index) {
  Clients& clients = *clients_;
  const Clients::Operation& operation = clients.operations[operation_index];
  const std::uint16_t source_index = kinds_[operation.kind].source;
  const Clients::Source& client = *clients.sources[source_index];
  const auto index = static_cast<std::uint16_t>(client.first_retry + (operation.kind - client.first_kind));
  RequestKind& kind = kinds_[index];
  const std::uint32_t r = pool_.take();
  open(kind, index, r, operation.size);
  const Source& source = sources_[source_index];
  if (source.patience) sim_.schedule(now_ns() + source.patience->next_ns(), kPatience, r, pool_[r].stamp);
  attempt(source_index, operation_index, r);
  admit(*kind.home, kind, r);
}

// --- from the scenario, and the books
// ---------------------------------------------------------------------------------

void Replication::build_clients() {
  for (std::size_t i = 0; i < scenario_.traffic.size(); ++i) {
    const Traffic& traffic = scenario_.traffic[i];
    if (!traffic.retry) continue;
    if (!clients_) {
      clients_ = std::make_unique<Clients>();
      clients_->sources.resize(sources_.size());
    }
    auto client = std::make_unique<Clients::Source>();
    client->params = &*traffic.retry;
    client->name = traffic.name;
    client->words = std::make_unique<Stream>(streams_.named(traffic.name + "/backoff"));
    for (std::int64_t k = 0; traffic.retry->budget && k < traffic.retry->clients; ++k)
      client->budgets.push_back(traffic.retry->budget->make());
    client->first_kind = sources_[i].first_kind;
    client->first_retry = static_cast<std::uint16_t>(kinds_.size());
    for (std::uint16_t k = 0; k < sources_[i].kinds; ++k) {
      RequestKind& first = kinds_[static_cast<std::size_t>(client->first_kind) + k];
      first.followed = true;
      RequestKind again;
      again.source = first.source;
      again.service = first.service;
      again.home = first.home;
      again.origin = first.origin;
      again.class_name = retries_of(first.class_name);
      again.request_class = first.request_class;
      again.followed = true;
      again.cancels = first.cancels;
      again.timeout_line = first.timeout_line;
      const std::string work_class = first.work_class;
      build_steps(again, traffic.name + "/" + again.class_name + "/" + traffic.to, work_class);
      kinds_.push_back(std::move(again));
    }
    clients_->sources[i] = std::move(client);
  }
}

std::string Replication::retries_of(const std::string& request_class) {
  return (request_class.empty() ? "" : request_class + ".") + "retries";
}

void Replication::check_operations() const {
  if (!clients_) return;
  for (const auto& client : clients_->sources) {
    if (!client || client->began == client->succeeded + client->failed + client->in_flight) continue;
    throw InvariantError("conservation of operations is broken: " + client->name + " began " +
                         std::to_string(client->began) + ", " + std::to_string(client->succeeded + client->failed) +
                         " ended, " + std::to_string(client->in_flight) + " in flight");
  }
}

void Replication::write_operations(Record& record) const {
  if (!clients_) return;
  const double seconds = to_seconds(scenario_.horizon);
  for (const auto& client : clients_->sources) {
    if (!client) continue;
    const std::string prefix = client->name + ".operations";
    const auto put = [&](const char* name, const char* unit, double value) {
      record.values.push_back({prefix + "." + name, unit, value});
    };
    const auto ended = static_cast<double>(client->succeeded + client->failed);
    const auto per_ended = [&](std::uint64_t n) {
      return ended == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(n) / ended;
    };
    put("rate", "1/s", static_cast<double>(client->began) / seconds);
    put("goodput", "1/s", static_cast<double>(client->succeeded) / seconds);
    put("success_ratio", "share", per_ended(client->succeeded));
    put("attempts", "count", per_ended(client->attempts));
    put("retries", "1/s", static_cast<double>(client->retries) / seconds);
    put("retries_refused", "1/s", static_cast<double>(client->refused) / seconds);
    write_times(record, prefix + ".latency", client->latency);
  }
}

}  // namespace windtunnel
