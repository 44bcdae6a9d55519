#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/replay/replay.hpp"
#include "sim/statistics/histogram.hpp"

namespace windtunnel {

// Values that stand in for what is not recorded, by the metric's name.
using StandIns = std::map<std::string, double>;

// A service whose load is recorded, as an autoscaler sees it. Its instances share what the record says, those that are
// ready alike; what a gap in the record leaves open is the last value, and noted as missing.
class RecordedService {
 public:
  RecordedService(const Replay& replay, const Watched& watched, const StandIns& stand_ins);

  void advance(Time now);  // 0: the record's begin
  Time now() const { return now_; }
  Time next_change() const;                           // of the record or of an instance, after now
  bool missing() const { return !missing_.empty(); }  // a recorded metric has no value now
  const ServiceSignal& look();
  void forget_latency() { latency_.clear(); }

  std::int64_t replicas() const { return replicas_; }
  std::int64_t ready() const;
  bool asleep() const;  // there is load, and nobody ready to take it
  void set_replicas(std::int64_t replicas);

 private:
  double value(const std::string& metric) const;
  void integrate(double seconds);
  void read_record();

  const Replay& replay_;
  std::vector<std::string> watched_signals_;
  StandIns stand_ins_;
  std::map<std::string, double> values_;  // of the record, now or last known
  std::vector<double> named_;
  std::vector<std::string> missing_;  // ServiceSignal::missing
  Time now_{};
  std::int64_t replicas_ = 0;
  std::uint32_t next_id_ = 0;
  std::vector<InstanceSignal> instances_;
  double cpu_seconds_ = 0, arrived_ = 0, completed_ = 0, failed_ = 0, outstanding_seconds_ = 0, waiting_seconds_ = 0;
  double proxied_arrived_ = 0, proxied_seconds_ = 0;
  std::vector<double> arrived_at_;  // by instance
  Histogram latency_;
  ServiceSignal signal_;
};

}  // namespace windtunnel
