#include "models/autoscaler/aws/engine.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "models/autoscaler/spell.hpp"

namespace windtunnel::aws {
namespace {

// Scheduled actions and the ends of warm-ups and cooldowns are noticed this often.
constexpr Duration kLook = std::chrono::seconds{10};

}  // namespace

Engine::Engine(std::vector<std::unique_ptr<Policy>> policies, std::int64_t least, std::int64_t most)
    : least_(least), most_(most), policies_(std::move(policies)), sync_period_(kLook) {
  for (const auto& policy : policies_) {
    policy->keep(window_);
    sync_period_ = Duration{std::gcd(sync_period_.count(), policy->period().count())};
  }
}

Engine::Chosen Engine::choose(const ServiceSignal& signal, std::map<std::string, double>& inputs) {
  std::vector<Chosen> asks;
  Chosen held;
  bool asked = false, kept = false;
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    Policy& policy = *policies_[i];
    if (signal.now.count() % policy.period().count() != 0) continue;
    asked = true;
    Ask ask = policy.ask(capacity(), signal, window_);
    kept |= ask.keeps;
    if (ask.direction == Ask::Direction::kNothing) {
      if (ask.held_by != nullptr && held.policy == nullptr) held = {true, &policy, i, std::move(ask)};
      continue;
    }
    if (policies_.size() > 1) inputs["policy_" + std::to_string(i) + "_capacity"] = static_cast<double>(ask.capacity);
    asks.push_back({true, &policy, i, std::move(ask)});
  }
  Chosen best;
  for (Chosen& chosen : asks) {
    if (chosen.ask.direction == Ask::Direction::kIn && chosen.policy->tracks() && kept) continue;
    if (best.policy == nullptr || chosen.ask.capacity > best.ask.capacity) best = std::move(chosen);
  }
  if (best.policy == nullptr) best = std::move(held);
  best.asked = asked;
  return best;
}

ScalingDecision Engine::decide(const ServiceSignal& signal) {
  look(signal);
  ScalingDecision out;
  out.inputs = {{"current_capacity", static_cast<double>(signal.spec_replicas)}};
  std::int64_t desired = signal.spec_replicas;
  std::string why;
  follow_schedule(signal, desired, why);
  out.how.recommendation = desired;
  if (const std::int64_t inside = std::clamp(desired, least_, most_); inside != desired) {
    out.how.apply(desired < least_ ? "least capacity" : "most capacity", desired, inside);
    why += why.empty() ? "" : "; ";
    why += desired < least_ ? "below the least capacity" : "above the most capacity";
    desired = inside;
  }
  // Policies start from what is there: where the schedule has just changed it, they have their say at the next period.
  Chosen chosen = choose(signal, out.inputs);
  if (chosen.policy != nullptr && desired == signal.spec_replicas) {
    out.how.recommendation = chosen.ask.capacity;
    out.inputs.merge(chosen.ask.inputs);
    why = std::move(chosen.ask.why);
    if (policies_.size() > 1) out.inputs["policy"] = static_cast<double>(chosen.index);
    if (chosen.ask.held_by != nullptr) {
      out.how.apply(chosen.ask.held_by, chosen.ask.capacity, desired);
      why += std::string("; held by ") + chosen.ask.held_by;
      out.inputs["asked_for"] = static_cast<double>(chosen.ask.capacity);
      chosen.ask.capacity = desired;
    }
    desired = std::clamp(chosen.ask.capacity, least_, most_);
    out.how.apply(chosen.ask.capacity > desired ? "most capacity" : "least capacity", chosen.ask.capacity, desired);
    if (desired != chosen.ask.capacity) {
      why += desired == most_ ? "; limited by the most capacity" : "; limited by the least capacity";
      out.inputs["asked_for"] = static_cast<double>(chosen.ask.capacity);
    }
    if (desired != signal.spec_replicas) carried_out(*chosen.policy, signal.spec_replicas, desired, signal);
  }
  out.replicas = desired;
  out.inputs["desired"] = static_cast<double>(desired);
  out.inputs["least"] = static_cast<double>(least_);
  out.inputs["most"] = static_cast<double>(most_);
  if (desired != signal.spec_replicas) out.sentence = spell_change(signal.spec_replicas, desired, why);
  out.why = why.empty() && chosen.asked ? "no policy asks for a change" : std::move(why);
  finish(out, signal);
  return out;
}

}  // namespace windtunnel::aws
