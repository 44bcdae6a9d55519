#include "models/replay/recorded_service.hpp"

#include <algorithm>
#include <cmath>

namespace windtunnel {
namespace {

// Requests per second that end, where nobody has recorded them: a share of errors needs something to be a share of.
constexpr double kSomeRate = 1000;

}  // namespace

RecordedService::RecordedService(const Replay& replay, const Watched& watched, const StandIns& stand_ins)
    : replay_(replay), watched_signals_(watched.signals), stand_ins_(stand_ins) {
  read_record();
  const std::int64_t first = replay.params.replicas.value_or(
      replay.recorded_replicas ? std::llround(replay.recorded_replicas->at(replay.begin).value_or(1)) : 1);
  set_replicas(first);
  for (InstanceSignal& instance : instances_) instance.state = InstanceSignal::State::kReady;
}

void RecordedService::read_record() {
  missing_.clear();
  const std::int64_t at = replay_.begin + now_.count();
  const auto take = [&](const std::string& name, const RecordedSeries& series) {
    const auto recorded = series.at(at);
    if (recorded)
      values_[name] = *recorded;
    else
      missing_.push_back(name);
  };
  for (const auto& [name, series] : replay_.metrics) take(name, series);
  for (const auto& [name, series] : replay_.signals) take("signals." + name, series);
}

double RecordedService::value(const std::string& metric) const {
  if (const auto known = values_.find(metric); known != values_.end()) return known->second;
  const auto stand_in = stand_ins_.find(metric);
  return stand_in == stand_ins_.end() ? 0 : stand_in->second;
}

std::int64_t RecordedService::ready() const {
  return std::count_if(instances_.begin(), instances_.end(),
                       [](const InstanceSignal& i) { return i.state == InstanceSignal::State::kReady; });
}

bool RecordedService::asleep() const {
  return ready() == 0 && (value("request_rate") > 0 || value("concurrency") > 0 || value("queue_length") > 0);
}

Time RecordedService::next_change() const {
  Time soonest = kNever;
  const auto look_at = [&](const RecordedSeries& series) {
    const std::int64_t next = series.next(replay_.begin + now_.count());
    if (next != kNever.count()) soonest = std::min(soonest, Time{next - replay_.begin});
  };
  for (const auto& [name, series] : replay_.metrics) look_at(series);
  for (const auto& [name, series] : replay_.signals) look_at(series);
  if (replay_.recorded_replicas) look_at(*replay_.recorded_replicas);
  for (const InstanceSignal& instance : instances_)
    if (instance.state == InstanceSignal::State::kStarting) soonest = std::min(soonest, instance.ready_since);
  return soonest;
}

void RecordedService::advance(Time now) {
  while (now_ < now) {
    const Time until = std::min(now, next_change());
    integrate(to_seconds(until - now_));
    now_ = until;
    for (InstanceSignal& instance : instances_)
      if (instance.state == InstanceSignal::State::kStarting && instance.ready_since <= now_)
        instance.state = InstanceSignal::State::kReady;
    read_record();
  }
}

void RecordedService::integrate(double seconds) {
  const double rate = value("request_rate"), concurrency = value("concurrency");
  const double ended = values_.contains("request_rate") ? rate : kSomeRate, errors = value("error_ratio");
  arrived_ += rate * seconds;
  completed_ += ended * (1 - errors) * seconds;
  failed_ += ended * errors * seconds;
  outstanding_seconds_ += concurrency * seconds;
  waiting_seconds_ += value("queue_length") * seconds;
  const auto ready_count = static_cast<double>(ready());
  if (ready_count == 0) {
    proxied_arrived_ += rate * seconds;
    proxied_seconds_ += concurrency * seconds;
    return;
  }
  cpu_seconds_ += value("cpu") * seconds;
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    InstanceSignal& instance = instances_[i];
    if (instance.state != InstanceSignal::State::kReady) continue;
    instance.cpu_seconds += value("cpu") / ready_count * seconds;
    instance.outstanding_seconds += concurrency / ready_count * seconds;
    arrived_at_[i] += rate / ready_count * seconds;
  }
}

const ServiceSignal& RecordedService::look() {
  const std::int64_t ready_count = ready();
  const auto whole = [](double v) { return static_cast<std::uint64_t>(v); };
  signal_.missing = missing_;
  const bool knows_memory = signal_.has("memory");
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    InstanceSignal& instance = instances_[i];
    const bool serves = instance.state == InstanceSignal::State::kReady;
    instance.arrived = whole(arrived_at_[i]);
    instance.outstanding = serves ? std::llround(value("concurrency") / static_cast<double>(ready_count)) : 0;
    instance.memory_bytes = knows_memory && serves ? value("memory") / static_cast<double>(ready_count) : 0;
  }
  if (const double seconds = value("latency"); seconds > 0 && signal_.has("latency"))
    latency_.record(std::llround(seconds * 1e9));
  named_.clear();
  for (const std::string& name : watched_signals_) named_.push_back(value("signals." + name));

  signal_.now = now_;
  signal_.utc = Time{replay_.begin} + now_;
  signal_.mean_startup = replay_.params.startup;
  signal_.spec_replicas = replicas_;
  signal_.cpu_request_cores = replay_.params.requests.cpu.value_or(Cpu{0}).cores;
  signal_.memory_request_bytes = replay_.params.requests.memory.value_or(Bytes{0}).count;
  signal_.instances = instances_;
  signal_.cpu_seconds = cpu_seconds_;
  signal_.arrived = whole(arrived_);
  signal_.completed = whole(completed_);
  signal_.failed = whole(failed_);
  signal_.outstanding = std::llround(value("concurrency"));
  signal_.outstanding_seconds = outstanding_seconds_;
  signal_.waiting = std::llround(value("queue_length"));
  signal_.waiting_seconds = waiting_seconds_;
  signal_.unplaced = ready_count == 0 ? signal_.outstanding : 0;
  signal_.proxied = {whole(proxied_arrived_), signal_.unplaced, proxied_seconds_, asleep() ? now_ : kNever};
  signal_.latency = &latency_;
  signal_.named = named_;
  return signal_;
}

void RecordedService::set_replicas(std::int64_t replicas) {
  replicas_ = replicas;
  while (static_cast<std::int64_t>(instances_.size()) < replicas) {
    InstanceSignal& instance = instances_.emplace_back();
    arrived_at_.push_back(0);
    instance.id = next_id_++;
    instance.created = instance.placed = instance.running_since = now_;
    instance.ready_since = now_ + replay_.params.startup;
    instance.state =
        replay_.params.startup == Duration::zero() ? InstanceSignal::State::kReady : InstanceSignal::State::kStarting;
    if (now_ == Time{}) instance.ready_since = Time{};
  }
  // As a run does it: those that are starting first, then the newest.
  while (static_cast<std::int64_t>(instances_.size()) > replicas) {
    auto victim = std::find_if(instances_.rbegin(), instances_.rend(),
                               [](const InstanceSignal& i) { return i.state == InstanceSignal::State::kStarting; });
    if (victim == instances_.rend()) victim = instances_.rbegin();
    const auto place = instances_.rend() - victim - 1;
    instances_.erase(instances_.begin() + place);
    arrived_at_.erase(arrived_at_.begin() + place);
  }
}

}  // namespace windtunnel
