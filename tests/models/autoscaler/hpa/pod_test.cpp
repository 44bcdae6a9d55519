#include "models/autoscaler/hpa/pod.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace windtunnel::hpa {
namespace {

using namespace std::chrono_literals;
using Kind = Container::Kind;
using testing::ElementsAre;
using testing::Pair;

// --- requests: upstream's replica_calculator_test.go, TestCalculateRequests ------------------------------------------

Container container(const char* name, std::optional<std::int64_t> cpu, Kind kind = Kind::kMain) {
  return {name, {cpu, {}}, kind};
}

struct RequestRow {
  const char* name;
  std::optional<std::int64_t> of_pod;
  std::vector<Container> containers;
  const char* container;
  std::optional<std::int64_t> expected;  // none: an error
};
void PrintTo(const RequestRow& row, std::ostream* os) { *os << row.name; }

class CalculateRequests : public testing::TestWithParam<RequestRow> {};

TEST_P(CalculateRequests, GivesUpstreamsSum) {
  const RequestRow& row = GetParam();
  Pod pod;
  pod.containers = row.containers;
  pod.requests.cpu = row.of_pod;
  const Request request = request_of(pod, Resource::kCpu, row.container);
  EXPECT_EQ(request.error.empty(), row.expected.has_value()) << request.error;
  EXPECT_EQ(request.milli, row.expected.value_or(0));
}

const std::vector<Container> kTwo = {container("container1", 100), container("container2", 50)};
const std::vector<Container> kOneWithout = {container("container1", {}), container("container2", 50)};

// That the pod-level gate is off means that no pod has requests of its own.
INSTANTIATE_TEST_SUITE_P(
    TestCalculateRequests, CalculateRequests,
    testing::Values(RequestRow{"Sum container requests if pod-level feature is disabled", {}, kTwo, "", 150},
                    RequestRow{"Pod-level resources are enabled, but not set", {}, kTwo, "", 150},
                    RequestRow{"Pod-level resources override container requests", 800, kTwo, "", 800},
                    RequestRow{"Fail if at least one of the containers is missing requests", {}, kOneWithout, "", {}},
                    RequestRow{"Pod-level resources override missing container requests", 800, kOneWithout, "", 800},
                    RequestRow{"Only the named container", {}, kTwo, "container1", 100},
                    RequestRow{"The named container, whatever the pod requests", 800, kTwo, "container1", 100},
                    RequestRow{"Restartable init containers",
                               {},
                               {container("container1", 100), container("init1", 20, Kind::kInit),
                                container("restartable-init1", 50, Kind::kSidecar)},
                               "",
                               150},
                    RequestRow{"TestCalculatePodRequestsFromContainers_NonExistentContainer",
                               {},
                               {container("container1", 100)},
                               "non-existent-container",
                               {}}));

// Where the pod requests memory only, its CPU is what the scheduler sets aside for the containers.
TEST(CalculateRequests, TakeTheLargerOfRunningAndStartingWhereThePodRequestsSomethingElse) {
  std::vector<Container> containers = {container("a", 100), container("b", {}), container("early", 20, Kind::kSidecar),
                                       container("heavy", 300, Kind::kInit), container("late", 30, Kind::kSidecar)};
  Pod pod;
  pod.containers = containers;
  pod.requests.memory = 1;
  EXPECT_EQ(request_of(pod, Resource::kCpu, "").milli, 20 + 300);
  containers[3].requests.cpu = 100;
  EXPECT_EQ(request_of(pod, Resource::kCpu, "").milli, 100 + 20 + 30);
  for (Container& one : containers) one.requests.cpu.reset();
  EXPECT_EQ(request_of(pod, Resource::kCpu, "").error, "a pod without a request");
}

// --- samples: upstream's metrics/client_test.go ----------------------------------------------------------------------

using Usage = std::vector<std::pair<std::string, std::int64_t>>;

std::vector<std::pair<std::uint32_t, std::int64_t>> values(const std::vector<Usage>& pods, const char* container = "") {
  std::vector<PodMetrics> metrics;
  for (const Usage& usage : pods) {
    PodMetrics& pod = metrics.emplace_back();
    pod.pod = static_cast<std::uint32_t>(metrics.size() - 1);
    pod.at = 60s;
    pod.window = 30s;
    for (const auto& [name, cpu] : usage) pod.containers.push_back({name, {cpu, 1024 * 1024 * 1000}});
  }
  std::vector<std::pair<std::uint32_t, std::int64_t>> out;
  for (const auto& [pod, sample] : samples_of(metrics, Resource::kCpu, container)) {
    EXPECT_EQ(sample.at, 60s);
    EXPECT_EQ(sample.window, 30s);
    out.emplace_back(pod, sample.value);
  }
  return out;
}

TEST(SamplesOfAResource, AreUpstreams) {
  // TestRESTClientPodCPU, …ContainerCPU, …PodCPUEmptyMetrics, …PodCPUEmptyMetricsForOnePod,
  // …ContainerCPUEmptyMetricsForOnePod, …ContainerCPUEmptyMetricsForOnePodReturnsOnlyFoundContainer
  EXPECT_THAT(values({{{"test", 5000}}, {{"test", 5000}}, {{"test", 5000}}}),
              ElementsAre(Pair(0, 5000), Pair(1, 5000), Pair(2, 5000)));
  const Usage two = {{"test-1", 5000}, {"test-2", 500}};
  EXPECT_THAT(values({two, two, two}, "test-1"), ElementsAre(Pair(0, 5000), Pair(1, 5000), Pair(2, 5000)));
  EXPECT_THAT(values({}), ElementsAre());
  const std::vector<Usage> uneven = {{{"test-1", 100}}, {{"test-1", 300}, {"test-2", 400}}, {}};
  EXPECT_THAT(values(uneven), ElementsAre(Pair(0, 100), Pair(1, 700)));
  EXPECT_THAT(values(uneven, "test-1"), ElementsAre(Pair(0, 100), Pair(1, 300)));
  EXPECT_THAT(values(uneven, "test-2"), ElementsAre(Pair(1, 400)));
}

TEST(SamplesOfAResource, LeaveOutAPodOfWhichOneContainerHasNone) {
  const std::vector<PodMetrics> pods = {
      {.pod = 1, .at = {}, .window = {}, .containers = {{"a", {5, 7}}, {"b", {6, {}}}}},
      {.pod = 2, .at = {}, .window = {}, .containers = {{"a", {5, 7}}}}};
  EXPECT_EQ(samples_of(pods, Resource::kCpu, "").size(), 2U);
  const Samples memory = samples_of(pods, Resource::kMemory, "");
  ASSERT_EQ(memory.size(), 1U);
  EXPECT_EQ(memory.at(2).value, 7);
}

}  // namespace
}  // namespace windtunnel::hpa
