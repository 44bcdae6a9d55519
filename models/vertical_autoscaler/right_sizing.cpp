#include "models/vertical_autoscaler/right_sizing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace windtunnel {
namespace {

constexpr double kWorthSaying = 0.1;  // of the request
constexpr double kMi = 1024.0 * 1024;

std::string decimal(double value, int decimals) {
  std::array<char, 400> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  return {buffer.data(), end.ptr};
}

std::string three_digits(double value) {
  const bool whole = value >= 1 && std::fabs(value - std::round(value)) < 1e-9;
  return decimal(value, whole || value >= 100 ? 0 : value < 1 ? 3 : value < 10 ? 2 : 1);
}

std::string spell_cpu(double cores) { return std::to_string(std::llround(cores * 1000)) + "m"; }
std::string spell_memory(double bytes) { return std::to_string(std::llround(bytes / kMi)) + "Mi"; }
std::string spell_cores(double cores) { return three_digits(cores) + " cores"; }
std::string spell_gibibytes(double bytes) { return three_digits(bytes / kMi / 1024) + " GiB"; }

template <class Each, class All>
std::string sentence(const char* name, const Sizing::Resource& r, double instances, Each each, All all) {
  return std::string(name) + ": " + each(r.requested) + " requested, " + each(r.p50) + " used at p50, " + each(r.p99) +
         " at p99, " + each(r.peak) + " at most; the VPA would request " + each(r.recommended) + ", " +
         all(std::fabs(r.spare)) + (r.spare < 0 ? " more" : " less") + " over " + three_digits(instances) +
         (instances == 1 ? " instance" : " instances");
}

}  // namespace

bool Sizing::Resource::off() const {
  if (at_least && requested < recommended) return false;
  return std::fabs(requested - recommended) > kWorthSaying * requested;
}

std::vector<std::string> Sizing::sentences(const std::string& currency) const {
  std::vector<std::string> out;
  if (cpu && cpu->off()) out.push_back(sentence("cpu", *cpu, instances, spell_cpu, spell_cores));
  if (memory && memory->off()) out.push_back(sentence("memory", *memory, instances, spell_memory, spell_gibibytes));
  if (out.empty() || !saved) return out;
  std::string money = "cost: " + three_digits(std::fabs(*saved)) + " " + currency;
  money += (*saved < 0 ? " more than the " : " less than the ") + three_digits(*cost);
  money += " of the run, with as many instances, if the price of one goes with its " + priced_by;
  if (cpu && memory) money += *saved < 0 ? ", which grows most" : ", which shrinks least";
  out.push_back(std::move(money));
  return out;
}

SizingBooks::SizingBooks(std::string service, const Resources& resources, const VerticalAutoscalerParams& autoscaler)
    : service_(std::move(service)),
      limits_(resources.limits),
      policy_(autoscaler.spec.container()),
      flags_(autoscaler.recommender),
      usage_(autoscaler.recommender) {
  if (resources.requests.cpu) requests_.cpu = resources.requests.cpu->cores;
  if (resources.requests.memory) requests_.memory = resources.requests.memory->count;
}

void SizingBooks::cpu(Time at, double cores) {
  usage_.cpu(at, cores);
  microcores_.record(std::llround(std::max(0.0, cores) * 1e6));
}

void SizingBooks::memory(std::uint32_t container, Time at, double bytes) {
  usage_.memory(container, at, bytes);
  bytes_.record(std::llround(bytes));
}

void SizingBooks::out_of_memory(std::uint32_t container, Time at) {
  usage_.out_of_memory(container, at, requests_.memory.value_or(0));
}

void SizingBooks::replication_ends(double instances, std::optional<double> cost) {
  instances_ = instances;
  cost_ = cost;
  replications_ = 1;
}

void SizingBooks::merge(const SizingBooks& other) {
  usage_.merge(other.usage_);
  microcores_.merge(other.microcores_);
  bytes_.merge(other.bytes_);
  instances_ += other.instances_;
  if (cost_ && other.cost_) *cost_ += *other.cost_;
  replications_ += other.replications_;
}

std::optional<Sizing> SizingBooks::advice() const {
  if (usage_.samples() == 0 || replications_ == 0) return std::nullopt;
  const std::optional<vpa::Recommendation> recommendation = vpa::under(policy_, usage_.recommend(), limits_);
  if (!recommendation) return std::nullopt;
  Sizing out;
  out.service = service_;
  out.instances = instances_ / static_cast<double>(replications_);
  double most = 0;  // what is recommended of what is requested
  const auto add = [&](std::optional<Sizing::Resource>& resource, const char* name, std::optional<double> requested,
                       std::optional<double> recommended, double least, const Histogram& used, double unit) {
    if (!requested || !recommended || *requested <= 0 || used.count() == 0) return;
    constexpr double kShares[] = {.5, .95, .99};
    std::array<double, 3> quantiles{};
    used.quantiles(kShares, quantiles.data());
    resource = Sizing::Resource{*requested,
                                quantiles[0] / unit,
                                quantiles[1] / unit,
                                quantiles[2] / unit,
                                static_cast<double>(used.max()) / unit,
                                *recommended,
                                out.instances * (*requested - *recommended),
                                *recommended <= least};
    if (*recommended / *requested <= most) return;
    most = *recommended / *requested;
    out.priced_by = name;
  };
  const vpa::Amounts& target = recommendation->target;
  add(out.cpu, "cpu", requests_.cpu, target.cpu, flags_.min_cpu.cores, microcores_, 1e6);
  add(out.memory, "memory", requests_.memory, target.memory, flags_.min_memory.count, bytes_, 1);
  if (!out.cpu && !out.memory) return std::nullopt;
  if (cost_) {
    out.cost = *cost_ / static_cast<double>(replications_);
    out.saved = *out.cost * (1 - most);
  }
  return out;
}

}  // namespace windtunnel
