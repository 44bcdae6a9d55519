// Messages: who sends them, which instance gets them, and what comes back.

#include "models/replication/queues.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <set>
#include <utility>

#include "models/replication/jobs.hpp"
#include "models/run.hpp"
#include "models/topology/call_graph.hpp"

namespace windtunnel {
namespace {

using State = Message::State;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double ratio(double a, double b) { return b == 0 ? kNaN : a / b; }

// Names of all classes that messages are sent as, sorted.
std::vector<std::string> message_classes(const Scenario& scenario) {
  std::set<std::string> names;
  for (const Traffic& traffic : scenario.traffic) {
    if (!scenario.queues.contains(traffic.to)) continue;
    if (traffic.mix.empty()) names.insert("default");
    for (const auto& [name, unused] : traffic.mix) names.insert(name);
  }
  for (const auto& [unused, service] : scenario.services)
    for (const auto& [work_class, steps] : service.work)
      for (const Step& step : steps)
        if (step.send) names.insert(step.send->message_class.empty() ? work_class : step.send->message_class);
  return {names.begin(), names.end()};
}

std::uint16_t place_of(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::uint16_t>(std::lower_bound(names.begin(), names.end(), name) - names.begin());
}

std::uint16_t queue_index(const Scenario& scenario, const std::string& name) {
  return static_cast<std::uint16_t>(std::distance(scenario.queues.begin(), scenario.queues.find(name)));
}

bool lost_with_its_instance(Outcome how) {
  return how == Outcome::kFailedInstanceLost || how == Outcome::kFailedOutOfMemory;
}

bool found_no_function(Outcome how) {
  return how == Outcome::kRejectedThrottled || how == Outcome::kRejectedNoInstance;
}

}  // namespace

// --- from the scenario
// -----------------------------------------------------------------------------------------------------------------

std::vector<Replication::Queues::HandlingKind> Replication::Queues::handling_kinds(const Scenario& scenario) {
  using Of = HandlingKind::Of;
  std::vector<HandlingKind> out;
  for (const auto& [name, params] : scenario.queues) {
    if (params.consumer.empty()) continue;
    for (const auto& [work_class, unused] : scenario.services.at(params.consumer).work) {
      const std::string prefix = work_class == "default" ? "" : work_class + ".";
      out.push_back({name, params.consumer, work_class, prefix + "deliveries", Of::kFirst});
      out.push_back({name, params.consumer, work_class, prefix + "redeliveries", Of::kLater});
      if (params.poison.value > 0) out.push_back({name, params.consumer, work_class, prefix + "poison", Of::kPoison});
    }
    if (params.idempotent) out.push_back({name, params.consumer, "", "duplicates", Of::kDuplicate});
  }
  return out;
}

Replication::SendRuntime Replication::Queues::send(const Scenario& scenario, const Send& send,
                                                   const std::string& senders_class) {
  SendRuntime out;
  out.probability = send.probability.value;
  out.queue = queue_index(scenario, send.queue);
  out.message_class =
      place_of(message_classes(scenario), send.message_class.empty() ? senders_class : send.message_class);
  out.required = send.required;
  return out;
}

Replication::Service::LookedAt Replication::Queues::signal(const Scenario& scenario, std::string_view name) {
  const std::optional<QueueSignal> parsed = QueueSignal::parse(name);
  assert(parsed && scenario.queues.contains(parsed->queue));
  return {nullptr, queue_index(scenario, parsed->queue), parsed->figure};
}

std::int64_t Replication::draw_send(SendRuntime& send) {
  const std::int64_t time = send.time->next_ns();
  return send.words->uniform() <= send.probability ? time : -1;
}

void Replication::build_queues() { queues_ = std::make_unique<Queues>(*this); }

Replication::Queues::Queue::Queue(const std::string& its_name, const QueueParams& its_params, Messages& of_run)
    : name(its_name),
      params(&its_params),
      messages(of_run, static_cast<std::uint32_t>(its_params.groups.value_or(0)), its_params.requeues()) {}

Replication::Queues::Queues(Replication& run) : run_(run), classes_(message_classes(run.scenario_)) {
  const Scenario& scenario = run_.scenario_;
  for (const auto& [name, params] : scenario.queues) {
    auto owned = std::make_unique<Queue>(name, params, messages_);
    Queue& queue = *owned;
    queue.index = static_cast<std::uint16_t>(queues_.size());
    queue.expires = params.retention.count() < run_.end_;
    if (params.groups) queue.groups = std::make_unique<Stream>(run_.streams_.named(name + "/groups"));
    if (params.poison.value > 0) queue.poison = std::make_unique<Stream>(run_.streams_.named(name + "/poison"));
    if (!params.consumer.empty()) {
      queue.consumer = &run_.named(params.consumer);
      const std::optional<std::int64_t> at_once = queue.consumer->params->instance.served_at_once();
      if (queue.consumer->admission == Service::Admission::kOnDemand) {
        static constexpr EventSource kDefaults;
        const EventSource& terms = params.event_source ? *params.event_source : kDefaults;
        queue.invocations = std::make_unique<Invocations>(
            Invocations{&terms, 0, static_cast<std::uint32_t>(terms.initial_concurrency)});
      } else if (params.prefetch || at_once)
        queue.prefetch = static_cast<std::uint32_t>(params.prefetch.value_or(*at_once));
    }
    queues_.push_back(std::move(owned));
  }
  for (const auto& queue : queues_)
    if (!queue->params->dead_letter.empty())
      queue->dead_letter = queues_[queue_index(scenario, queue->params->dead_letter)].get();
  build_kinds();
}

// Each draws from streams named for it: "<queue>/deliveries/<consumer>/step0", ….
void Replication::Queues::build_kinds() {
  using Of = HandlingKind::Of;
  std::map<std::pair<std::string, std::string>, std::array<std::uint16_t, 3>> of_work;
  for (const HandlingKind& described : handling_kinds(run_.scenario_)) {
    const auto index = static_cast<std::uint16_t>(run_.kinds_.size());
    Service& home = run_.named(described.consumer);
    RequestKind kind;
    kind.origin = described.queue;
    kind.class_name = described.class_name;
    kind.request_class = described.work_class;
    kind.service = home.index;
    kind.home = &home;
    kind.message = kind.followed = true;
    const std::string stream = described.queue + "/" + described.class_name + "/" + described.consumer;
    if (described.of == Of::kDuplicate) {
      const DistributionChoice& cost = run_.scenario_.queues.at(described.queue).duplicate_cost;
      StepRuntime step;
      step.sampler = std::make_unique<Sampler>(run_.streams_.named(stream), cost ? *cost : *constant(0));
      kind.steps.push_back(std::move(step));
      kind.first_demand = kind.steps[0].sampler.get();
      kind.plain = true;
      ++home.kinds;
      queues_[queue_index(run_.scenario_, described.queue)]->duplicate_kind = index;
    } else {
      run_.build_steps(kind, stream, described.work_class);
      if (described.of == Of::kPoison) {
        StepRuntime& last = kind.steps.back();
        last.error = 1;
        last.error_words = std::make_unique<Stream>(run_.streams_.named(stream + "/error"));
        kind.plain = home.all_plain = false;
        home.errs = true;
      }
      of_work[{described.queue, described.work_class}][static_cast<std::size_t>(described.of)] = index;
    }
    run_.kinds_.push_back(std::move(kind));
  }
  for (const auto& queue : queues_) {
    if (queue->consumer == nullptr) continue;
    const Work& work = queue->consumer->params->work;
    for (const std::string& name : classes_) {
      const auto found = of_work.find({queue->name, work.contains(name) ? name : "default"});
      queue->kinds.push_back(found == of_work.end() ? std::array<std::uint16_t, 3>{} : found->second);
    }
  }
}

void Replication::Queues::begin() {
  build_producers();
  for (const auto& queue : queues_)
    if (queue->consumer != nullptr && !queue->invocations)
      for (std::uint32_t position = 0; position < queue->consumer->ready; ++position)
        ask(*queue, queue->consumer->slot_at[position]);
}

void Replication::Queues::build_producers() {
  for (const Traffic& traffic : run_.scenario_.traffic) {
    if (!run_.scenario_.queues.contains(traffic.to)) continue;
    Producer& producer = producers_.emplace_back();
    producer.queue = queue_index(run_.scenario_, traffic.to);
    ArrivalContext context{run_.streams_, traffic.name, Time{run_.measure_from_}, Time{run_.end_}, {}};
    double sum = 0;
    for (const auto& [name, share] : traffic.mix) {
      context.classes.push_back(name);
      producer.classes.push_back(place_of(classes_, name));
      producer.cumulative_mix.push_back(sum += share.value);
    }
    if (traffic.mix.empty()) producer.classes.push_back(place_of(classes_, "default"));
    if (producer.classes.size() > 1) {
      producer.cumulative_mix.back() = 2;  // rounding in the shares must not run past the end
      producer.mix = std::make_unique<Stream>(run_.streams_.named(traffic.name + "/mix"));
    }
    producer.process = traffic.arrivals->make(context);
    producer.source = run_.sim_.add_source();
    refill(producer);
  }
}

void Replication::Queues::refill(Producer& producer) {
  producer.filled = producer.process->fill(producer.batch);
  producer.used = 0;
  run_.sim_.set_source(producer.source, producer.filled == 0 ? kNever.count() : producer.batch[0].at.count());
}

// --- sending
// -----------------------------------------------------------------------------------------------------------------

void Replication::Queues::produce(std::uint32_t source) {
  Producer& producer = producers_[source - producers_.front().source];
  const Arrival arrival = producer.batch[producer.used++];
  if (producer.used == producer.filled)
    refill(producer);
  else
    run_.sim_.set_source(source, producer.batch[producer.used].at.count());
  std::size_t which = 0;
  if (producer.mix) {
    if (arrival.request_class != kClassByMix) {
      which = arrival.request_class;
    } else {
      const double u = producer.mix->uniform();
      while (u > producer.cumulative_mix[which]) ++which;
    }
  }
  Queue& queue = *queues_[producer.queue];
  offer(queue, make(queue, producer.classes[which], arrival.size), kNone);
}

void Replication::Queues::send_arrives(std::uint32_t r) {
  const Request& request = run_.pool_[r];
  const RequestKind& kind = run_.kinds_[request.kind];
  const SendRuntime& send = *kind.steps[request.step()].send;
  if (request.demand < 0) return run_.io_done(r);
  Queue& queue = *queues_[send.queue];
  const std::uint32_t m = make(queue, send.message_class, 1);
  if (!offer(queue, m, r) && send.required) return run_.lose(*kind.home, r, Outcome::kFailedDependency);
  if (messages_[m].state != State::kOutside) run_.io_done(r);
}

std::uint32_t Replication::Queues::make(Queue& queue, std::uint16_t message_class, float size) {
  const std::uint32_t m = messages_.take();
  Message& message = messages_[m];
  message.sent = run_.now_ns();
  message.size = size;
  message.message_class = message_class;
  message.queue = queue.index;
  message.measured = message.sent >= run_.measure_from_;
  if (queue.groups) message.group = queue.groups->below(static_cast<std::uint32_t>(*queue.params->groups));
  if (queue.poison) message.poison = queue.poison->uniform() <= queue.params->poison.value;
  return m;
}

bool Replication::Queues::offer(Queue& queue, std::uint32_t m, std::uint32_t sender) {
  if (has_room(queue) && queue.first_outside == kNone) {
    put(queue, m);
    return true;
  }
  Message& message = messages_[m];
  if (queue.params->when_full == WhenFull::kReject) {
    if (message.measured) ++queue.counts.rejected;
    messages_.give_back(m);
    return false;
  }
  if (message.measured) ++queue.counts.blocked;
  message.state = State::kOutside;
  message.next = kNone;
  if (senders_.size() <= m) senders_.resize(messages_.size());
  senders_[m] = {sender, sender == kNone ? 0 : run_.pool_[sender].stamp};
  (queue.last_outside == kNone ? queue.first_outside : messages_[queue.last_outside].next) = m;
  queue.last_outside = m;
  return true;
}

void Replication::Queues::put(Queue& queue, std::uint32_t m) {
  Message& message = messages_[m];
  const std::int64_t now = run_.now_ns();
  message.entered = now;
  message.queue = queue.index;
  if (message.measured) {
    ++queue.counts.sent;
    ++queue.counts.there;
  }
  if (queue.filled < 0) queue.filled = now;
  const std::int64_t delay = queue.params->delay.count();
  queue.messages.enter(m, delay > 0);
  if (delay > 0)
    run_.sim_.schedule(now + delay, kMessageVisible, m, message.turn);
  else if (somebody_asks(queue))
    give_out_soon(queue);
  if (queue.expires)
    run_.sim_.schedule(std::max(now, message.sent + queue.params->retention.count()), kMessageExpires, m, message.life);
  note_levels(queue);
}

// Those outside, while there is room. The senders go on as events of their own.
void Replication::Queues::let_in(Queue& queue) {
  while (queue.first_outside != kNone && has_room(queue)) {
    const std::uint32_t m = queue.first_outside;
    queue.first_outside = messages_[m].next;
    if (queue.first_outside == kNone) queue.last_outside = kNone;
    const Sender sender = senders_[m];
    if (sender.request != kNone) {
      if (run_.pool_[sender.request].stamp != sender.stamp) {  // it did not wait
        messages_.give_back(m);
        continue;
      }
      run_.sim_.schedule(run_.now_ns(), kIoDone, sender.request, sender.stamp);
    }
    if (messages_[m].measured) queue.blocked_time.record(run_.now_ns() - messages_[m].sent);
    put(queue, m);
  }
}

// --- giving out
// -----------------------------------------------------------------------------------------------------------------

bool Replication::Queues::wants(const Queue& queue, std::uint32_t slot) const {
  const Instance& instance = run_.instances_[slot];
  const OfInstance& own = queue.instances[slot];
  return instance.state == Instance::State::kReady && instance.service == queue.consumer->index &&
         own.serial == run_.lives_[slot].serial && own.held < queue.prefetch && may_take(queue, slot);
}

// Jobs take so many messages each; whoever is no job takes any number.
bool Replication::Queues::may_take(const Queue& queue, std::uint32_t slot) const {
  return !run_.jobs_ || !run_.jobs_->has(*queue.consumer) || run_.jobs_->may_take(*queue.consumer, slot);
}

// It joins those that ask, at the end.
void Replication::Queues::ask(Queue& queue, std::uint32_t slot) {
  if (queue.instances.size() <= slot) queue.instances.resize(run_.instances_.size());
  OfInstance& own = queue.instances[slot];
  if (own.serial != run_.lives_[slot].serial) {
    own.serial = run_.lives_[slot].serial;
    own.held = 0;
  }
  if (own.asks || own.held >= queue.prefetch) return;
  own.asks = true;
  own.next = kNone;
  (queue.last_asking == kNone ? queue.first_asking : queue.instances[queue.last_asking].next) = slot;
  queue.last_asking = slot;
  if (queue.messages.visible() > 0) give_out_soon(queue);
}

std::uint32_t Replication::Queues::next_asking(Queue& queue) {
  while (queue.first_asking != kNone) {
    const std::uint32_t slot = queue.first_asking;
    if (wants(queue, slot)) return slot;
    OfInstance& own = queue.instances[slot];
    own.asks = false;
    queue.first_asking = own.next;
    if (queue.first_asking == kNone) queue.last_asking = kNone;
  }
  return kNone;
}

void Replication::Queues::instance_ready(Service& service, std::uint32_t slot) {
  for (const auto& queue : queues_)
    if (queue->consumer == &service && !queue->invocations) ask(*queue, slot);
}

// At the same instant, but once what is under way is through.
void Replication::Queues::give_out_soon(Queue& queue) {
  if (queue.giving_out) return;
  queue.giving_out = true;
  run_.sim_.schedule(run_.now_ns(), kGiveOut, queue.index, 0);
}

// The next one, past those that have been delivered often enough: a queue that is polled notices when it is asked.
std::uint32_t Replication::Queues::next_deliverable(Queue& queue) {
  const std::optional<std::int64_t>& most = queue.params->max_receives;
  for (;;) {
    const std::uint32_t m = queue.messages.next();
    if (m == kNone || !most || messages_[m].receives < *most) return m;
    bury(queue, m);
  }
}

void Replication::Queues::give_out(std::uint32_t index) {
  Queue& queue = *queues_[index];
  queue.giving_out = false;
  if (queue.invocations) invoke(queue);
  while (!queue.invocations) {
    const std::uint32_t slot = next_asking(queue);
    if (slot == kNone || next_deliverable(queue) == kNone) break;
    OfInstance& own = queue.instances[slot];
    own.asks = false;
    queue.first_asking = own.next;
    if (queue.first_asking == kNone) queue.last_asking = kNone;
    for (std::int64_t got = 0; got < queue.params->batch && may_take(queue, slot); ++got) {
      const std::uint32_t m = next_deliverable(queue);
      if (m == kNone) break;
      deliver(queue, m, slot);
    }
    ask(queue, slot);
  }
  let_in(queue);
  note_levels(queue);
}

void Replication::Queues::deliver(Queue& queue, std::uint32_t m, std::uint32_t slot) {
  queue.messages.take(m);
  Message& message = messages_[m];
  const std::int64_t now = run_.now_ns();
  run_.sim_.schedule(now + queue.params->visible_again_after().count(), kMessageVisible, m, message.turn);
  const bool first = message.receives == 1;
  if (message.measured) {
    ++(first ? queue.counts.delivered : queue.counts.redelivered);
    if (first) queue.wait_time.record(now - message.entered);
  }
  hand_over(queue, m, slot);
}

void Replication::Queues::hand_over(Queue& queue, std::uint32_t m, std::uint32_t slot) {
  Message& message = messages_[m];
  const bool first = message.receives == 1;
  const bool duplicate = queue.params->idempotent && message.effects > 0;
  const std::array<std::uint16_t, 3>& kinds = queue.kinds[message.message_class];
  const std::uint16_t index = duplicate ? queue.duplicate_kind : kinds[message.poison ? 2 : first ? 0 : 1];
  const std::uint32_t r = run_.pool_.take();
  if (handlings_.size() <= r) handlings_.resize(run_.pool_.size());
  handlings_[r] = {m, message.receives, slot, slot == kNone ? kNone : run_.lives_[slot].serial, duplicate};
  ++message.handlings;
  if (slot != kNone) ++queue.instances[slot].held;
  if (run_.jobs_ && run_.jobs_->has(*queue.consumer)) run_.jobs_->takes(*queue.consumer, slot);
  RequestKind& kind = run_.kinds_[index];
  run_.open(kind, index, r, message.size);
  if (slot == kNone) return run_.admit_on_demand(*queue.consumer, r);
  run_.deliver(*queue.consumer, kind, r, slot);
}

// --- what comes back
// -----------------------------------------------------------------------------------------------------------------

void Replication::Queues::handled(std::uint32_t r, Outcome how) {
  const Handling handling = handlings_[r];
  const std::uint32_t m = handling.message;
  Message& message = messages_[m];
  Queue& queue = queue_of(m);
  --message.handlings;
  const bool last = handling.receive == message.receives;
  if (how == Outcome::kCompleted) {
    if (message.effects++ > 0 && message.measured) {
      ++queue.counts.duplicates;
      if (!queue.params->idempotent) ++queue.counts.second_effects;
    }
    // An old receipt deletes nothing; in groups, it has to be in time as well.
    const bool in_time = message.state == State::kInFlight || (message.state == State::kVisible && !queue.groups);
    if (last && in_time) {
      if (message.measured) queue.bin_latency.record(run_.now_ns() - message.entered);
      take_out(queue, m, queue.counts.deleted);
    }
  } else if (last && message.state == State::kInFlight) {
    if (found_no_function(how)) {
      if (message.measured) ++queue.counts.throttled;
      return try_again(queue, m);
    }
    if (lost_with_its_instance(how)) {
      if (queue.params->requeues()) bring_back(queue, m);
    } else if (const std::optional<Duration> wait = queue.params->visible_again_on_no()) {
      if (*wait == Duration::zero()) {
        bring_back(queue, m);
      } else {
        ++message.turn;
        run_.sim_.schedule(run_.now_ns() + wait->count(), kMessageVisible, m, message.turn);
      }
    }
  }
  release(m);
  if (queue.invocations) {
    --queue.invocations->now;
    if (queue.messages.visible() > 0) give_out_soon(queue);
  } else {
    OfInstance& own = queue.instances[handling.slot];
    if (own.serial == handling.serial) --own.held;
    if (run_.jobs_ && run_.jobs_->has(*queue.consumer) && !lost_with_its_instance(how))
      run_.jobs_->done(*queue.consumer, handling.slot, how == Outcome::kCompleted);
    if (wants(queue, handling.slot)) ask(queue, handling.slot);
  }
  let_in(queue);
  note_levels(queue);
}

void Replication::Queues::visible_again(std::uint32_t m, std::uint32_t turn) {
  Message& message = messages_[m];
  if (message.turn != turn) return;
  Queue& queue = queue_of(m);
  if (message.state == State::kDelayed) {
    show(queue, m);
  } else {
    if (message.handlings > 0 && message.measured) ++queue.counts.timed_out;
    bring_back(queue, m);
  }
  note_levels(queue);
}

void Replication::Queues::bring_back(Queue& queue, std::uint32_t m) {
  const Message& message = messages_[m];
  if (queue.expires && run_.now_ns() - message.sent >= queue.params->retention.count())
    return take_out(queue, m, queue.counts.expired);
  const std::optional<std::int64_t>& most = queue.params->max_receives;
  if (queue.params->requeues() && most && message.receives >= *most) return bury(queue, m);
  show(queue, m);
}

void Replication::Queues::show(Queue& queue, std::uint32_t m) {
  queue.messages.show(m);
  if (somebody_asks(queue)) give_out_soon(queue);
}

void Replication::Queues::expire(std::uint32_t m, std::uint32_t life) {
  const Message& message = messages_[m];
  if (message.life != life || (message.state != State::kVisible && message.state != State::kDelayed)) return;
  Queue& queue = queue_of(m);
  take_out(queue, m, queue.counts.expired);
  let_in(queue);
  note_levels(queue);
}

// It goes on as another message: handlings of this one may still be under way. Where no order is kept its age goes with
// it (SQS).
void Replication::Queues::bury(Queue& queue, std::uint32_t m) {
  Queue* const to = queue.dead_letter;
  if (to == nullptr) return take_out(queue, m, queue.counts.discarded);
  const Message old = messages_[m];
  take_out(queue, m, queue.counts.dead_lettered);
  const std::uint32_t letter = make(*to, old.message_class, old.size);
  messages_[letter].measured = old.measured;
  if (!queue.groups) messages_[letter].sent = old.sent;
  put(*to, letter);
}

void Replication::Queues::take_out(Queue& queue, std::uint32_t m, std::uint64_t& why) {
  const Message& message = messages_[m];
  const std::int64_t now = run_.now_ns();
  if (queue.messages.oldest() == m && now >= run_.measure_from_)
    queue.oldest_most = std::max(queue.oldest_most, now - message.entered);
  queue.messages.remove(m);
  if (message.measured) {
    ++why;
    --queue.counts.there;
    queue.counts.receives += message.receives;
  }
  if (queue.messages.all() == 0 && queue.first_outside == kNone) {
    const std::int64_t took = now - std::exchange(queue.filled, -1);
    if (now >= run_.measure_from_) {
      ++queue.drains;
      queue.drain_sum += took;
      queue.drain_most = std::max(queue.drain_most, took);
    }
  }
  // A group's next may have its turn.
  if (queue.groups && somebody_asks(queue) && queue.messages.visible() > 0) give_out_soon(queue);
  release(m);
}

void Replication::Queues::release(std::uint32_t m) {
  if (messages_[m].state == State::kGone && messages_[m].handlings == 0) messages_.give_back(m);
}

// --- books
// -----------------------------------------------------------------------------------------------------------------

void Replication::Queues::Level::begin_measuring(Time now) {
  gather(now);
  total = bin = 0;
  most = count.value();
}

void Replication::Queues::Level::gather(Time now) {
  bin = static_cast<double>(count.take_integral(now));
  total += bin;
}

void Replication::Queues::note_levels(Queue& queue) {
  const Time now = run_.sim_.now();
  queue.visible.set(now, queue.messages.visible());
  queue.in_flight.set(now, queue.messages.in_flight());
  queue.all.set(now, queue.messages.all());
}

std::int64_t Replication::Queues::age_of_oldest(const Queue& queue) const {
  const std::uint32_t oldest = queue.messages.oldest();
  return oldest == kNone ? 0 : run_.now_ns() - messages_[oldest].entered;
}

double Replication::Queues::figure(std::uint16_t index, QueueFigure figure) const {
  const Queue& queue = *queues_[index];
  const MessageQueue& messages = queue.messages;
  switch (figure) {
    case QueueFigure::kVisible:
      return static_cast<double>(messages.visible());
    case QueueFigure::kInFlight:
      return static_cast<double>(messages.in_flight());
    case QueueFigure::kDelayed:
      return static_cast<double>(messages.delayed());
    case QueueFigure::kDepth:
      return static_cast<double>(messages.visible() + messages.in_flight());
    case QueueFigure::kMessages:
      return static_cast<double>(messages.all());
    case QueueFigure::kOldest:
      return ns_to_seconds(static_cast<double>(age_of_oldest(queue)));
    case QueueFigure::kArrived:
      return static_cast<double>(messages.entered());
  }
  return kNaN;
}

void Replication::Queues::begin_measuring() {
  for (const auto& queue : queues_) {
    for (Level* level : {&queue->visible, &queue->in_flight, &queue->all}) level->begin_measuring(run_.sim_.now());
    queue->series.service = queue->name;
    queue->series.resolution_s = to_seconds(run_.scenario_.metrics.resolution);
    if (run_.narrated_)
      queue->series.columns = {{"sent_per_s", "1/s", {}},    {"deleted_per_s", "1/s", {}},
                               {"latency_p50_s", "s", {}},   {"latency_p99_s", "s", {}},
                               {"visible", "count", {}},     {"messages_in_flight", "count", {}},
                               {"age_of_oldest_s", "s", {}}, {"dead_lettered", "count", {}}};
  }
}

void Replication::Queues::series_point() {
  const std::int64_t now = run_.now_ns();
  for (const auto& queue : queues_) {
    Series& series = queue->series;
    const double since = series.times_s.empty() ? 0 : series.times_s.back();
    const double at = ns_to_seconds(static_cast<double>(now - run_.measure_from_));
    for (Level* level : {&queue->visible, &queue->in_flight, &queue->all}) level->gather(run_.sim_.now());
    constexpr double kShown[] = {.5, .99};
    double latency[] = {kNaN, kNaN};
    if (run_.narrated_) queue->bin_latency.quantiles(kShown, latency);
    queue->latency.merge(std::move(queue->bin_latency));
    if (!run_.narrated_ || at <= since) continue;
    const Counts& counts = queue->counts;
    const double row[] = {
        static_cast<double>(counts.sent - std::exchange(queue->sent_taken, counts.sent)) / (at - since),
        static_cast<double>(counts.deleted - std::exchange(queue->deleted_taken, counts.deleted)) / (at - since),
        ns_to_seconds(latency[0]),
        ns_to_seconds(latency[1]),
        queue->visible.bin / ((at - since) * 1e9),
        queue->in_flight.bin / ((at - since) * 1e9),
        ns_to_seconds(static_cast<double>(age_of_oldest(*queue))),
        static_cast<double>(counts.dead_lettered)};
    series.times_s.push_back(at);
    for (std::size_t i = 0; i < series.columns.size(); ++i) series.columns[i].values.push_back(row[i]);
  }
}

void Replication::Queues::check() const {
  for (const auto& queue : queues_) {
    const Counts& counts = queue->counts;
    std::uint64_t there = 0;
    std::int64_t all = 0;
    for (std::uint32_t m = queue->messages.oldest(); m != kNone; m = messages_[m].newer) {
      ++all;
      there += messages_[m].measured ? 1 : 0;
    }
    if (counts.sent != counts.ended() + there || there != counts.there)
      throw InvariantError("conservation of messages is broken: queue " + queue->name + " got " +
                           std::to_string(counts.sent) + ", " + std::to_string(counts.ended()) + " ended, " +
                           std::to_string(there) + " are there");
    if (all != queue->messages.all())
      throw InvariantError("queue " + queue->name + " counts " + std::to_string(queue->messages.all()) +
                           " messages and holds " + std::to_string(all));
  }
}

void Replication::Queues::write(Record& record) {
  const auto ns = static_cast<double>(run_.scenario_.horizon.count());
  for (const auto& queue : queues_) {
    const Counts& counts = queue->counts;
    const auto put = [&](const char* name, const char* unit, double value) {
      record.values.push_back({queue->name + "." + name, unit, value});
    };
    const auto count = [&](const char* name, std::uint64_t value) { put(name, "count", static_cast<double>(value)); };
    count("sent", counts.sent);
    count("delivered", counts.delivered);
    count("redelivered", counts.redelivered);
    count("timed_out", counts.timed_out);
    if (queue->invocations) count("throttled", counts.throttled);
    count("deleted", counts.deleted);
    count("duplicates", counts.duplicates);
    count("second_effects", counts.second_effects);
    count("dead_lettered", counts.dead_lettered);
    count("discarded", counts.discarded);
    count("expired", counts.expired);
    count("left", counts.there);
    const auto ended = static_cast<double>(counts.ended());
    put("success_ratio", "share", ratio(static_cast<double>(counts.deleted), ended));
    put("receives.mean", "count", ratio(static_cast<double>(counts.receives), ended));
    if (queue->params->max_length) {
      count("rejected", counts.rejected);
      count("blocked", counts.blocked);
      write_times(record, queue->name + ".blocked_time", queue->blocked_time);
    }
    put("depth.mean", "count", queue->all.total / ns);
    put("depth.max", "count", static_cast<double>(queue->all.most));
    put("visible.mean", "count", queue->visible.total / ns);
    put("visible.max", "count", static_cast<double>(queue->visible.most));
    put("in_flight.mean", "count", queue->in_flight.total / ns);
    put("in_flight.max", "count", static_cast<double>(queue->in_flight.most));
    put("oldest.max", "s", ns_to_seconds(static_cast<double>(std::max(queue->oldest_most, age_of_oldest(*queue)))));
    write_times(record, queue->name + ".latency", queue->latency);
    write_times(record, queue->name + ".wait_time", queue->wait_time);
    count("drains", queue->drains);
    const auto drains = static_cast<double>(queue->drains);
    put("drain_time.mean", "s", ns_to_seconds(ratio(static_cast<double>(queue->drain_sum), drains)));
    put("drain_time.max", "s", drains > 0 ? ns_to_seconds(static_cast<double>(queue->drain_most)) : kNaN);
    if (run_.narrated_) record.series.push_back(std::move(queue->series));
  }
}

}  // namespace windtunnel
