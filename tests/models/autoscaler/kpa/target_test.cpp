#include "models/autoscaler/kpa/target.hpp"

#include <gtest/gtest.h>

#include <optional>

// Expectations are those of upstream's TestResolveMetricTarget (pkg/reconciler/autoscaling/resources/target_test.go,
// knative/serving 1.23); every row names its subtest. Upstream's test rig has a target utilization of 100 % where a row
// does not say otherwise.
namespace windtunnel::kpa {
namespace {

struct Row {
  const char* name;
  TargetTerms terms;
  double target, total;
};

void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }

TargetTerms terms(std::int64_t container_concurrency = 0, std::optional<double> target = {}, double utilization = 1) {
  TargetTerms out;
  out.container_concurrency = container_concurrency;
  out.target = target;
  out.concurrency_utilization = utilization;
  return out;
}
TargetTerms with_utilization(TargetTerms terms, double annotation) {
  terms.utilization = annotation;
  return terms;
}
TargetTerms with_default(TargetTerms terms, double concurrency) {
  terms.concurrency_default = concurrency;
  return terms;
}
TargetTerms rps(TargetTerms terms) {
  terms.metric = Metric::kRequestRate;
  return terms;
}

class TargetResolution : public testing::TestWithParam<Row> {};

TEST_P(TargetResolution, IsUpstreams) {
  const Target target = resolve_target(GetParam().terms);
  EXPECT_EQ(target.value, GetParam().target);
  EXPECT_EQ(target.total, GetParam().total);
}

INSTANTIATE_TEST_SUITE_P(
    TestResolveMetricTarget, TargetResolution,
    testing::Values(Row{"defaults", terms(), 100, 100}, Row{"default CC + 80% TU", terms(0, {}, 0.8), 80, 100},
                    Row{"non-default CC and TU", with_default(terms(0, {}, 0.3), 2), 0.6, 2},
                    Row{"with container concurrency 12 and TU=80%, but TU annotation 75%",
                        with_utilization(terms(12, {}, 0.8), 0.75), 9, 12},
                    Row{"with container concurrency 10 and TU=80%", terms(10, {}, 0.8), 8, 10},
                    Row{"with container concurrency 1 and TU=80%", terms(1, {}, 0.8), 0.8, 1},
                    Row{"with container concurrency 1", terms(1), 1, 1},
                    Row{"with container concurrency 10", terms(10), 10, 10},
                    Row{"with target annotation 1", terms(0, 1), 1, 1},
                    Row{"with target annotation 1 and TU=0.1%", terms(0, 1, 0.001), 0.01, 1},
                    Row{"with target annotation 1 and TU=75%", terms(0, 1, 0.75), 0.75, 1},
                    Row{"with target annotation 10 and TU=75%", terms(0, 10, 0.75), 7.5, 10},
                    Row{"with container concurrency greater than target annotation (ok)", terms(10, 1), 1, 1},
                    Row{"with target annotation greater than default (ok)", terms(0, 500), 500, 500},
                    Row{"with target annotation greater than container concurrency (ignore annotation for safety)",
                        terms(1, 10), 1, 1},
                    Row{"RPS: defaults", rps(terms(1)), 140, 200},
                    Row{"RPS: with target annotation 1", rps(terms(0, 1)), 0.7, 1},
                    Row{"RPS: with TU annotation 75%", with_utilization(rps(terms()), 0.75), 150, 200},
                    Row{"RPS: with target annotation greater than default", rps(terms(0, 300)), 210, 300}));

TEST(TargetResolution, OfARevisionThatSaysNothingIsSeventyOfAHundred) {
  const Target target = resolve_target({});
  EXPECT_EQ(target.value, 70);
  EXPECT_EQ(target.total, 100);
}

}  // namespace
}  // namespace windtunnel::kpa
