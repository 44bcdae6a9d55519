#pragma once

#include <string>

#include "models/objective/objective.hpp"

// The objectives of this folder, one .cpp each, and what they have in common.
namespace windtunnel {

void add_latency(Registry<Objective>& objectives);
void add_wait_time(Registry<Objective>& objectives);
void add_success_ratio(Registry<Objective>& objectives);
void add_cost(Registry<Objective>& objectives);
void add_replicas(Registry<Objective>& objectives);
void add_age_of_oldest(Registry<Objective>& objectives);

void describe_name(Objective& objective, FieldVisitor& v);
void describe_name_and_service(Objective& objective, FieldVisitor& v);

// A time that a share of a service's requests must stay below: latency and wait_time.
class TimeQuantile : public Objective {
 public:
  void describe(FieldVisitor& v) override;
  void check(Problems& p) override;
  std::string metric() const override;   // "checkout.latency.p99"
  std::string promise() const override;  // "p99 latency of checkout below 300ms"
  std::string unit() const override { return "s"; }
  double limit() const override;
  bool above() const override { return false; }

 protected:
  TimeQuantile(std::string_view key, std::string_view words) : key_(key), words_(words) {}

 private:
  std::string_view key_;    // in the metric's name
  std::string_view words_;  // in the promise
  Share quantile_{0.99};
  Duration below_{0};
};

std::string quantile_name(double quantile);  // "p99", "p99.9"; empty: no such figure is kept
std::string text_of(double number);          // shortest decimal text that reads back as the number
std::string text_of(Duration duration);      // "300ms", "1500ms", "2s"

}  // namespace windtunnel
