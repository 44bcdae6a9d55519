#include "models/theory/availability.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "models/theory/closed_forms.hpp"
#include "models/topology/request_paths.hpp"

namespace windtunnel {
namespace {

constexpr std::size_t kMostServices = 14;  // whose states are gone through, two each
constexpr double kTrifle = 0.001;          // of requests: so few nobody minds

// Thrown by value within this file: why it is not known.
struct NotKnown {
  std::string why;
};

class Arithmetic {
 public:
  Arithmetic(const Scenario& scenario, const Result& result) : scenario_(scenario), result_(result) {
    for (const auto& fault : scenario.faults) {
      if (const auto repaired = fault->repaired()) {
        if (!repaired_.emplace(fault->service(), *repaired).second)
          throw NotKnown{"instances of " + fault->service() + " crash for several reasons"};
      } else if (const auto outage = fault->outage()) {
        if (outage_) throw NotKnown{"zones go down several times"};
        outage_ = outage;
        zone_ = fault->zone();
      } else {
        others_ = true;
      }
    }
    if (!anything()) return;
    if (others_) throw NotKnown{"there are other faults than crashes and zone outages"};
    if (!scenario.cluster.nodes.empty()) throw NotKnown{"instances wait for nodes"};
    for (const auto& [name, params] : scenario.services) {
      if (!outage_ && !repaired_.contains(name)) continue;
      if (params.autoscaler || params.vertical_autoscaler) throw NotKnown{"the instances of " + name + " come and go"};
      if (params.read_replicas) throw NotKnown{"not every instance of " + name + " takes every request"};
      if (params.when_none_ready == WhenNoneReady::kWait)
        throw NotKnown{"requests wait while no instance of " + name + " is ready"};
    }
    divide_time();
  }

  bool anything() const { return !repaired_.empty() || outage_; }

  Availability compare() const {
    Availability out;
    std::vector<std::string> unsure;
    for (const auto& [name, params] : scenario_.services) {
      if (!outage_ && !repaired_.contains(name)) continue;
      unsure.push_back(name);
      out.services.push_back(of_service(name, params));
    }
    if (unsure.size() > kMostServices)
      throw NotKnown{"the states of " + std::to_string(unsure.size()) + " services are too many"};
    for (const Traffic& source : scenario_.traffic) {
      if (scenario_.queues.contains(source.to)) continue;  // a queue takes messages whatever is down
      if (source.mix.empty()) out.requests.push_back(of_requests(source, "", unsure));
      for (const auto& [request_class, unused] : source.mix)
        out.requests.push_back(of_requests(source, request_class, unsure));
    }
    return out;
  }

 private:
  // A stretch of the measured time in which every service has so many instances that are not in a zone that is down.
  struct Stretch {
    double share = 0;
    std::map<std::string, int> instances;
  };

  static double startup_s(const ServiceParams& params) {
    double sum = 0;
    for (const auto& phase : params.startup) sum += phase->mean_delay_s();
    return sum;
  }

  // Instances that an outage ends start again in the zones that are left, or once it is over where there is no other.
  void divide_time() {
    const double horizon = to_seconds(scenario_.horizon);
    const auto& zones = scenario_.cluster.zones;
    std::set<double> borders = {0, horizon};
    std::map<std::string, std::pair<double, int>> back;  // when, and how many until then
    if (outage_) {
      const auto zone = static_cast<std::int64_t>(std::find(zones.begin(), zones.end(), zone_) - zones.begin());
      const auto number = static_cast<std::int64_t>(zones.size());
      borders.insert(std::clamp(outage_->at_s, 0.0, horizon));
      for (const auto& [name, params] : scenario_.services) {
        const auto lost = params.replicas / number + (zone < params.replicas % number ? 1 : 0);
        const double when = outage_->at_s + (number == 1 ? outage_->for_s : 0) + startup_s(params);
        back[name] = {when, static_cast<int>(params.replicas - lost)};
        borders.insert(std::clamp(when, 0.0, horizon));
      }
    }
    for (auto border = borders.begin(); std::next(border) != borders.end(); ++border) {
      Stretch stretch{(*std::next(border) - *border) / horizon, {}};
      const bool after = outage_ && *border >= outage_->at_s;
      for (const auto& [name, params] : scenario_.services)
        stretch.instances[name] =
            after && *border < back[name].first ? back[name].second : static_cast<int>(params.replicas);
      stretches_.push_back(std::move(stretch));
    }
  }

  // Lives are counted from an instance's creation, so its start-up is part of them.
  double one(const std::string& name, const ServiceParams& params) const {
    const auto found = repaired_.find(name);
    if (found == repaired_.end()) return 1;
    const double up = found->second.up_s * std::exp(-startup_s(params) / found->second.up_s);
    return theory::availability(up, found->second.up_s - up + found->second.down_s);
  }

  Availability::OfService of_service(const std::string& name, const ServiceParams& params) const {
    Availability::OfService out;
    out.service = name;
    out.instances = static_cast<int>(params.replicas);
    out.one = one(name, params);
    out.any = out.all = 0;
    for (const Stretch& stretch : stretches_) {
      out.any += stretch.share * theory::at_least(1, stretch.instances.at(name), out.one);
      out.all += stretch.share * theory::at_least(out.instances, stretch.instances.at(name), out.one);
    }
    if (const Metric* ready = result_.find_metric(name + ".replicas.ready_mean")) out.ready = ready->estimate;
    return out;
  }

  // Over the states of the services that may be down, each 1 << its place.
  Availability::OfRequests of_requests(const Traffic& source, const std::string& request_class,
                                       const std::vector<std::string>& unsure) const {
    Availability::OfRequests out;
    out.traffic = source.name;
    out.request_class = request_class;
    const RequestPaths paths(scenario_.services);
    const std::string asked = scenario_.services.at(source.to).work.contains(request_class) ? request_class : "default";
    out.theory = 0;
    for (std::size_t state = 0; state < std::size_t{1} << unsure.size(); ++state) {
      std::set<std::string> down;
      for (std::size_t i = 0; i < unsure.size(); ++i)
        if ((state >> i & 1) != 0) down.insert(unsure[i]);
      double chance = 0;
      for (const Stretch& stretch : stretches_) {
        double here = stretch.share;
        for (const std::string& name : unsure) {
          const double up = theory::at_least(1, stretch.instances.at(name), one(name, scenario_.services.at(name)));
          here *= down.contains(name) ? 1 - up : up;
        }
        chance += here;
      }
      if (chance > 0) out.theory += chance * (1 - paths.failing(source.to, asked, down));
    }
    const std::string prefix = source.name + (request_class.empty() ? "" : "." + request_class);
    const Metric* found = result_.find_metric(prefix + ".success_ratio");
    if (found == nullptr) found = result_.find_metric(source.to + ".success_ratio");  // of a single kind of requests
    if (found != nullptr) out.simulated = found->estimate;
    if (found != nullptr && result_.replications > 1)
      out.disagrees = std::abs(out.simulated.mean - out.theory) > std::max(2 * out.simulated.half_width_95, kTrifle);
    return out;
  }

  const Scenario& scenario_;
  const Result& result_;
  std::map<std::string, Fault::Repaired> repaired_;
  std::optional<Fault::Outage> outage_;
  std::string zone_;
  bool others_ = false;
  std::vector<Stretch> stretches_;
};

}  // namespace

Availability compare_availability(const Scenario& scenario, const Result& result) {
  try {
    const Arithmetic arithmetic(scenario, result);
    return arithmetic.anything() ? arithmetic.compare() : Availability{};
  } catch (const NotKnown& not_known) {
    Availability out;
    out.why = not_known.why;
    return out;
  }
}

}  // namespace windtunnel
