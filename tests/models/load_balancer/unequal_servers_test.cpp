// Two servers of rates 2 and 1, Poisson arrivals at rate 2: the policies as they decide, in the Markov chain that they
// then make, against its exact solution (by balance equations; tie rules are part of it).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/load_balancer/load_balancer.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using test::chosen;
using test::Fields;

struct Course {
  double mean_time, share_to_fast;
};

// Uniformised: every step is an arrival, or the end of a service if there is one, in proportion to their rates.
Course run(std::string_view type, const Fields& fields, bool fast_first) {
  constexpr double kArrivals = 2, kFast = 2, kSlow = 1;
  constexpr int kSteps = 12'000'000;
  const auto params = chosen<LoadBalancerParams>(type, fields);
  const auto balancer = params->make_for_proxy();
  const std::uint32_t fast = fast_first ? 0 : 1;
  std::vector<std::uint32_t> instances = {0, 1}, held = {0, 0};
  std::vector<Backend> backends(2);
  backends[1].number = 1;
  backends[fast].weight = 2;
  Stream steps(1, "steps", 0), words(1, "words", 0);
  balancer->backends_changed({instances, held, backends});
  const auto change = [&](std::uint32_t at, std::uint32_t to) {
    const std::uint32_t from = held[at];
    held[at] = to;
    if (balancer->follows_counts()) balancer->outstanding_changed(at, from, to);
  };
  std::int64_t present = 0, arrived = 0, to_fast = 0;
  for (int step = 0; step < kSteps; ++step) {
    present += held[0] + held[1];
    const double u = steps.uniform() * (kArrivals + kFast + kSlow);
    if (u < kArrivals) {
      const std::uint32_t at = balancer->pick({instances, held, backends}, words);
      ++arrived;
      to_fast += at == fast ? 1 : 0;
      change(at, held[at] + 1);
    } else {
      const std::uint32_t at = u < kArrivals + kFast ? fast : 1 - fast;
      if (held[at] > 0) change(at, held[at] - 1);
    }
  }
  return {static_cast<double>(present) / kSteps / kArrivals,
          static_cast<double>(to_fast) / static_cast<double>(arrived)};
}

TEST(UnequalServers, ExpectedTimesAreExact) {
  struct Case {
    const char* type;
    Fields fields;
    bool fast_first;
    double mean_time, share_to_fast;
  };
  // By weight each is a queue of its own with two thirds of its rate: 1 / (2 - 4/3) and 1 / (1 - 2/3), by share.
  const std::vector<Case> cases = {{"random", {}, false, 2, 2. / 3},
                                   {"least_outstanding", {}, true, 1.387558515, 0.6192733472},
                                   {"least_outstanding", {{"tie", "first"}}, true, 1.284415201, 0.6742250288},
                                   {"shortest_expected_delay", {{"tie", "fastest"}}, false, 1.324527692, 0.763674568},
                                   {"shortest_expected_delay", {{"tie", "slowest"}}, true, 1.255049511, 0.6983239228}};
  for (const Case& c : cases) {
    const Course course = run(c.type, c.fields, c.fast_first);
    EXPECT_NEAR(course.mean_time / c.mean_time, 1, 0.015) << c.type;
    EXPECT_NEAR(course.share_to_fast / c.share_to_fast, 1, 0.015) << c.type;
  }
}

}  // namespace
}  // namespace windtunnel
