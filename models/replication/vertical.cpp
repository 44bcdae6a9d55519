// How large instances are: what the vertical autoscaler sees of them, and what becomes of what it recommends.
// Slow-path, and only for services that have one.

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/replication/nodes.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {
namespace {

constexpr Duration kPatienceInPlace = std::chrono::minutes{5};  // the updater's, with a resize that waits for room

InstanceSize size_of(const Resources& resources) {
  return {resources.requests.cpu.value_or(Cpu{0}).cores, resources.limits.cpu.value_or(Cpu{0}).cores,
          resources.requests.memory.value_or(Bytes{0}).count, resources.limits.memory.value_or(Bytes{0}).count};
}

vpa::Amounts requests_of(const InstanceSize& size) {
  vpa::Amounts out;
  if (size.cpu_request > 0) out.cpu = size.cpu_request;
  if (size.memory_request > 0) out.memory = size.memory_request;
  return out;
}

std::int64_t millicores(double cores) { return std::llround(cores * 1000); }

std::string spell_cpu(double cores) { return std::to_string(millicores(cores)) + "m"; }
std::string spell_memory(double bytes) { return std::to_string(std::llround(bytes / (1024 * 1024))) + "Mi"; }

// "cpu 2000m -> 587m, memory 512Mi -> 900Mi"
std::string spell_change(const vpa::Amounts& from, const vpa::Amounts& to) {
  std::string text;
  const auto add = [&](const char* name, std::optional<double> before, std::optional<double> after, auto spell) {
    if (!after) return;
    text += (text.empty() ? "" : ", ") + std::string(name) + " " + (before ? spell(*before) : "none") + " -> " +
            spell(*after);
  };
  add("cpu", from.cpu, to.cpu, spell_cpu);
  add("memory", from.memory, to.memory, spell_memory);
  return text;
}

std::map<std::string, double> inputs_of(const vpa::Recommendation& r, const vpa::Usage& usage) {
  std::map<std::string, double> out{{"confidence", usage.confidence()}};
  const auto add = [&](const char* name, const vpa::Amounts& amounts) {
    if (amounts.cpu) out[std::string(name) + "_cpu_cores"] = *amounts.cpu;
    if (amounts.memory) out[std::string(name) + "_memory_bytes"] = *amounts.memory;
  };
  add("target", r.target);
  add("lower", r.lower);
  add("upper", r.upper);
  add("uncapped", r.uncapped);
  std::erase_if(out, [](const auto& input) { return input.second > 1e300; });  // bounds that are no bounds yet
  return out;
}

}  // namespace

InstanceSize Replication::size_of_new(const Service& service) const {
  return size_of(service.vertical ? service.vertical->admits : service.params->instance.resources);
}

// Enters the instance's cores where requests share them and a vertical autoscaler may change how many they are.
void Replication::size_cores(Service& service, std::uint32_t slot, bool begins) {
  if (!service.vertical) return;
  const double limit = lives_[slot].pod.size.cpu_limit;
  if (begins && service.shares_cores && limit > 0 && !service.quota) shared_[slot].cores = limit;
  const double cores = service.quota ? limit : shared_[slot].cores;
  service.vertical->millicores_shared.add(sim_.now(), (begins ? 1 : -1) * millicores(cores));
}

void Replication::note_requested(Service& service, std::uint32_t slot, std::int64_t times) {
  service.vertical->millicores_requested.add(sim_.now(), times * millicores(lives_[slot].pod.size.cpu_request));
}

void Replication::sample_usage(Service& service) {
  Vertical& vertical = *service.vertical;
  const Time now = sim_.now();
  for (const Use& use : use_since(service, vertical.cpu_seen, vertical.params->recommender.interval)) {
    if (use.cores) vertical.usage.cpu(now, *use.cores);
    if (use.memory > 0) vertical.usage.memory(lives_[use.slot].pod.id, now, use.memory);
  }
}

void Replication::recommend(Service& service) {
  Vertical& vertical = *service.vertical;
  sample_usage(service);
  if (vertical.usage.samples() > 0) {
    vertical.recommendation =
        vpa::under(vertical.policy, vertical.usage.recommend(), service.params->instance.resources.limits);
    if (vertical.recommendation && vertical.params->spec.update.mode != vpa::UpdateMode::kOff)
      vertical.admits = vpa::admitted(service.params->instance.resources, vertical.recommendation->target,
                                      vertical.policy.controlled_values);
  }
  sim_.after(vertical.params->recommender.interval, [this, &service] { recommend(service); });
}

bool Replication::resize_in_place(Service& service, std::uint32_t slot) {
  Vertical& vertical = *service.vertical;
  InstanceLife& life = lives_[slot];
  const InstanceSize size = size_of(vertical.admits);
  if (nodes_ && !nodes_->resize(slot, size)) return false;
  Instance& instance = instances_[slot];
  const bool ready = instance.state == Instance::State::kReady;
  if (ready) note_requested(service, slot, -1);
  if (instance.shared) shared_[slot].advance(now_ns(), life.stretch, instance.paused);
  size_cores(service, slot, false);
  life.pod.size = size;
  size_cores(service, slot, true);
  if (ready) note_requested(service, slot, 1);
  if (instance.shared) shared_changed(slot);
  if (service.params->instance.memory) watch_memory(service, slot);
  return true;
}

void Replication::update_pods(Service& service) {
  Vertical& vertical = *service.vertical;
  const vpa::UpdaterFlags& flags = vertical.params->updater;
  const vpa::UpdatePolicy& policy = vertical.params->spec.update;
  const Time now = sim_.now();
  sim_.after(flags.interval, [this, &service] { update_pods(service); });
  if (!vertical.recommendation) return;

  // A pod whose container waits to be started again is no pending one.
  const auto pending = [&](std::uint32_t slot) {
    return lives_[slot].running_since > now && lives_[slot].pod.id == lives_[slot].serial;
  };
  std::vector<std::uint32_t> slots;
  std::vector<vpa::UpdatedPod> pods;
  std::int64_t running = 0;
  for (const std::uint32_t slot : service.slot_at)
    if (instances_[slot].state != Instance::State::kDraining) slots.push_back(slot);
  std::sort(slots.begin(), slots.end(), [&](auto a, auto b) { return lives_[a].serial < lives_[b].serial; });
  for (const std::uint32_t slot : slots) {
    const InstanceLife& life = lives_[slot];
    running += pending(slot) ? 0 : 1;
    pods.push_back({slot, requests_of(life.pod.size), life.pod.began, life.pod.killed && life.pod.soon});
  }
  const std::vector<vpa::Priority> order = vpa::in_order(pods, *vertical.recommendation, flags, now);
  vpa::Disruptions disruptions(service.spec_replicas, running, static_cast<std::int64_t>(slots.size()),
                               policy.min_replicas.value_or(flags.min_replicas), flags.eviction_tolerance.value);
  for (const vpa::Priority& priority : order) {
    const std::uint32_t slot = priority.pod;
    const InstanceLife& life = lives_[slot];
    if (!pending(slot) && !disruptions.may_disrupt()) continue;
    const vpa::Amounts requests = requests_of(life.pod.size);
    const std::string change = spell_change(requests, vertical.recommendation->target);
    std::map<std::string, double> inputs = inputs_of(*vertical.recommendation, vertical.usage);
    inputs["difference"] = priority.difference;
    inputs["age_s"] = to_seconds(now - life.pod.began);
    if (requests.cpu) inputs["requested_cpu_cores"] = *requests.cpu;
    if (requests.memory) inputs["requested_memory_bytes"] = *requests.memory;
    const std::string why = priority.quick_oom ? "killed out of memory soon after its start"
                            : priority.outside ? "outside of the recommended range"
                                               : "old enough, and far enough from the target";
    const auto tell = [&, name = "instance " + std::to_string(life.serial)](const char* what) {
      std::string sentence = name;
      return sentence.append(what).append(change).append(", ").append(why);
    };
    if (policy.mode == vpa::UpdateMode::kInPlaceOrRecreate) {
      const std::uint32_t pod = life.pod.id;
      if (resize_in_place(service, slot)) {
        vertical.waiting_in_place.erase(pod);
        if (!pending(slot)) disruptions.disrupted();
        if (now_ns() >= measure_from_) ++vertical.resizes;
        decide(service, "vertical_resize", tell(" resized: "), std::move(inputs));
        continue;
      }
      const Time since = vertical.waiting_in_place.emplace(pod, now).first->second;
      if (now - since < kPatienceInPlace) continue;
      vertical.waiting_in_place.erase(pod);
    }
    if (!vpa::may_evict(policy.eviction_requirements, requests, vertical.recommendation->target)) continue;
    if (!pending(slot)) disruptions.disrupted();
    if (now_ns() >= measure_from_) ++vertical.evictions;
    decide(service, "vertical_evict", tell(" evicted: "), std::move(inputs));
    replace(service, slot);
  }
}

}  // namespace windtunnel
