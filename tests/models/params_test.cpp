#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/service/service_params.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using test::assign;
using test::Fields;
using test::Found;
using test::Items;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

const Fields kCpu = {{"cpu", Fields{{"type", "constant"}, {"value", 0.004}}}};
const Fields kIo = {{"io", Fields{{"type", "constant"}, {"value", 0.02}}}};

Fields with(Fields fields, const char* name, test::Literal value) {
  fields.emplace_back(name, std::move(value));
  return fields;
}

template <class T>
Found checked(const Fields& fields) {
  T params;
  assign(params, fields);
  Found found;
  params.check(found);
  return found;
}

TEST(Step, IsEitherCpuOrIo) {
  EXPECT_THAT(checked<Step>(kCpu).errors, IsEmpty());
  EXPECT_THAT(checked<Step>(kIo).errors, IsEmpty());
  EXPECT_EQ(checked<Step>({}).errors.size(), 1U);
  EXPECT_EQ(checked<Step>(with(kCpu, "io", kIo.front().second)).errors.size(), 1U);
}

TEST(Step, RunsOnAWorkerOnlyWhileItComputes) {
  EXPECT_THAT(checked<Step>(with(kCpu, "on", "worker")).errors, IsEmpty());
  EXPECT_THAT(checked<Step>(with(kIo, "on", "worker")).errors, ElementsAre(StartsWith("/on: ")));
}

TEST(Step, RunsOnTheThreadPoolUnlessItIsACall) {
  EXPECT_THAT(checked<Step>(with(kCpu, "on", "thread_pool")).errors, IsEmpty());
  EXPECT_THAT(checked<Step>(with(kIo, "on", "thread_pool")).errors, IsEmpty());
}

TEST(Heap, IsAsLargeAsNodeMakesItByDefault) {
  constexpr double kGi = 1024.0 * 1024 * 1024;
  const Heap heap;
  EXPECT_EQ(heap.most({}), 4 * kGi);
  EXPECT_EQ(heap.most(Bytes{kGi}), kGi / 2);
  EXPECT_EQ(heap.most(Bytes{8 * kGi}), 2 * kGi);
  EXPECT_EQ(heap.most(Bytes{16 * kGi}), 4 * kGi);
}

TEST(Resources, HaveNoLimitBelowTheRequest) {
  const auto cpu = [](double request, double limit) {
    return checked<Resources>({{"requests", Fields{{"cpu", Cpu{request}}}}, {"limits", Fields{{"cpu", Cpu{limit}}}}});
  };
  EXPECT_THAT(cpu(0.5, 0.5).errors, IsEmpty());
  EXPECT_THAT(cpu(0.5, 0.25).errors, ElementsAre("/limits/cpu: 0.25 is below the request of 0.5 cores"));
  EXPECT_THAT(
      checked<Resources>({{"requests", Fields{{"memory", Bytes{2e9}}}}, {"limits", Fields{{"memory", Bytes{1e9}}}}})
          .errors,
      ElementsAre("/limits/memory: is below the request"));
}

TEST(InstanceParams, LetAFunctionServeOneRequestAtATime) {
  const Fields function = {{"runtime", Fields{{"type", "function"}}}};
  EXPECT_THAT(checked<InstanceParams>(with(function, "concurrency", 1)).errors, IsEmpty());
  EXPECT_THAT(checked<InstanceParams>(with(function, "concurrency", 2)).errors,
              ElementsAre(StartsWith("/concurrency: ")));
}

// A service whose work is one step for every class.
Fields service(const Fields& instance, const Fields& step) {
  return {{"instance", instance}, {"work", Fields{{"default", Items{step}}}}};
}

TEST(ServiceParams, NeedWork) {
  EXPECT_THAT(checked<ServiceParams>({}).errors, ElementsAre(StartsWith("/work: ")));
  EXPECT_THAT(checked<ServiceParams>({{"work", Fields{{"a/b", Items{}}}}}).errors,
              ElementsAre(StartsWith("/work/a~1b: ")));
  EXPECT_THAT(checked<ServiceParams>(service({}, kCpu)).errors, IsEmpty());
}

TEST(ServiceParams, NeedWorkersForStepsThatRunOnThem) {
  const Fields on_worker = with(kCpu, "on", "worker");
  const auto loop = [](int threads) -> Fields {
    return {{"runtime", Fields{{"type", "event_loop"}, {"worker_threads", threads}}}};
  };
  EXPECT_THAT(checked<ServiceParams>(service(loop(2), on_worker)).errors, IsEmpty());
  EXPECT_THAT(checked<ServiceParams>(service(loop(0), on_worker)).errors,
              ElementsAre(StartsWith("/work/default/0/on: ")));
  EXPECT_THAT(checked<ServiceParams>(service({}, on_worker)).errors, ElementsAre(StartsWith("/work/default/0/on: ")));
}

TEST(ServiceParams, WarmUpOnce) {
  const Fields warm = {{"phase", "warm"}, {"requests", 10}, {"slowdown", 2.0}};
  EXPECT_THAT(checked<ServiceParams>(with(service({}, kCpu), "startup", Items{warm})).errors, IsEmpty());
  EXPECT_THAT(checked<ServiceParams>(with(service({}, kCpu), "startup", Items{warm, warm})).errors,
              ElementsAre(StartsWith("/startup/1: ")));
}

TEST(ServiceParams, ScaleFunctionsOnlyPerRequest) {
  const Fields per_request = {{"type", "per_request"}};
  const Fields function = {{"runtime", Fields{{"type", "function"}}}};
  EXPECT_THAT(checked<ServiceParams>(with(service(function, kCpu), "autoscaler", per_request)).errors, IsEmpty());
  EXPECT_THAT(checked<ServiceParams>(with(service({}, kCpu), "autoscaler", per_request)).errors,
              ElementsAre(StartsWith("/autoscaler: ")));
}

TEST(ServiceParams, NeedACpuRequestForUtilization) {
  const Fields hpa = {{"type", "kubernetes_hpa"}, {"spec", Fields{{"maxReplicas", 9}}}};
  EXPECT_THAT(checked<ServiceParams>(with(service({}, kCpu), "autoscaler", hpa)).errors,
              ElementsAre(StartsWith("/instance/resources/requests/cpu: ")));
  const Fields instance = {{"resources", Fields{{"requests", Fields{{"cpu", Cpu{0.5}}}}}}};
  EXPECT_THAT(checked<ServiceParams>(with(service(instance, kCpu), "autoscaler", hpa)).errors, IsEmpty());
}

// --- an autoscaler with a proxy in front of the instances

Fields revision(const Fields& instance, int container_concurrency, const char* when_none_ready = "wait") {
  Fields out = service(instance, kCpu);
  out.emplace_back("when_none_ready", when_none_ready);
  out.emplace_back("autoscaler", Fields{{"type", "knative_kpa"}, {"containerConcurrency", container_concurrency}});
  return out;
}

TEST(ServiceParams, WaitWhereAProxyKeepsRequests) {
  EXPECT_THAT(checked<ServiceParams>(revision({}, 0)).errors, IsEmpty());
  EXPECT_THAT(
      checked<ServiceParams>(revision({}, 0, "reject")).errors,
      ElementsAre("/when_none_ready: is \"reject\"; knative_kpa needs \"wait\": its proxy keeps requests until an "
                  "instance is ready"));
}

TEST(ServiceParams, ServeNoMoreThanContainerConcurrencyAtOnce) {
  const auto pool = [](int workers) -> Fields {
    return {{"runtime", Fields{{"type", "worker_pool"}, {"workers", workers}}}};
  };
  const Fields loop = {{"runtime", Fields{{"type", "event_loop"}}}};
  const Fields sharing = {{"runtime", Fields{{"type", "processor_sharing"}}}};
  const Fields function = {{"runtime", Fields{{"type", "function"}}}};
  for (const Fields& fits :
       {pool(8), with(pool(9), "concurrency", 8), with(loop, "concurrency", 8), with(sharing, "concurrency", 8)}) {
    const Found found = checked<ServiceParams>(revision(fits, 8));
    EXPECT_THAT(found.errors, IsEmpty());
    EXPECT_THAT(found.warnings, IsEmpty());
  }
  EXPECT_THAT(checked<ServiceParams>(revision(function, 1)).errors, IsEmpty());
  EXPECT_THAT(checked<ServiceParams>(revision(loop, 8)).errors,
              ElementsAre("/instance/concurrency: an instance serves any number of requests at once; "
                          "containerConcurrency, 8, is the most that knative_kpa lets into it"));
  EXPECT_THAT(checked<ServiceParams>(revision(pool(9), 8)).errors,
              ElementsAre(StartsWith("/instance/concurrency: an instance serves 9 requests at once; ")));
  const Found fewer = checked<ServiceParams>(revision(with(sharing, "concurrency", 5), 8));
  EXPECT_THAT(fewer.errors, IsEmpty());
  EXPECT_THAT(fewer.warnings, ElementsAre("/instance/concurrency: an instance serves 5 requests at once; "
                                          "containerConcurrency, 8, is the most that knative_kpa lets into it, so the "
                                          "others wait inside"));
  EXPECT_THAT(checked<ServiceParams>(revision(loop, 0)).errors, IsEmpty()) << "no limit";
}

}  // namespace
}  // namespace windtunnel
