// One test per kind of mistake that somebody makes in a scenario: where it is said to be, and what is said about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "models/scenario/read.hpp"

namespace windtunnel {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kBase = R"({
  "windtunnel": 1,
  "name": "base",
  "horizon": "1h",   // measured
  "traffic": [
    { "name": "web", "to": "shop",
      "arrivals": { "type": "poisson", "rate": "5/s" },
      "mix": { "browse": 0.9, "pay": "10%" },
      "timeout": "2s" },
    { "name": "batch", "to": "back",
      "arrivals": { "type": "constant", "rate": "40/min" } }
  ],
  "services": {
    "shop": {
      "replicas": 3,
      "instance": { "runtime": { "type": "event_loop", "processes": 2 },
                    "resources": { "requests": { "cpu": "500m", "memory": "512Mi" } } },
      "work": { "browse": [ { "cpu": "4ms" } ],
                "pay": [ { "cpu": { "type": "exponential", "mean": "9ms" } }, { "io": "15ms" } ] },
      "startup": [ { "phase": "boot", "time": "3s" } ],
      "balancer": { "type": "least_request", "choices": 2 },
      "autoscaler": { "type": "kubernetes_hpa",
        "spec": { "minReplicas": 2, "maxReplicas": 9,
                  "metrics": [ { "type": "Resource", "resource": { "name": "cpu",
                                 "target": { "type": "Utilization", "averageUtilization": 60 } } } ] } }
    },
    "back": { "work": { "default": [ { "cpu": "1ms" } ] } }
  },
  "cluster": { "zones": [ "a", "b" ] },
  "faults": [ { "type": "zone_outage", "zone": "b", "at": "20m", "for": "5m" },
              { "type": "kill_instances", "service": "shop", "share": 0.5, "at": "30m" } ],
  "objectives": [ { "name": "fast", "metric": "latency", "service": "shop", "quantile": 0.99, "below": "300ms" } ],
  "cost": { "per_instance_hour": { "shop": 0.05 } }
}
)";

// The text with one place changed.
std::string changed(std::string_view from, std::string_view to) {
  std::string text(kBase);
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  if (place != std::string::npos) text.replace(place, from.size(), to);
  return text;
}

std::vector<Issue> errors_of(const std::string& text, const std::vector<Override>& overrides = {}) {
  try {
    parse_scenario(text, "no/such/folder", "s.json", overrides);
  } catch (const ConfigError& e) {
    return e.issues();
  }
  return {};
}

// `at` is the piece of the changed text at whose first character the mistake is reported.
void expect_mistake(std::string_view from, std::string_view to, std::string_view at, std::string_view pointer,
                    const std::vector<std::string>& words) {
  const std::string text = changed(from, to);
  const std::size_t place = text.find(at);
  ASSERT_NE(place, std::string::npos) << at;
  const std::string_view before = std::string_view(text).substr(0, place);
  const auto line = static_cast<int>(1 + std::count(before.begin(), before.end(), '\n'));
  const std::size_t newline = before.rfind('\n');
  const auto column = static_cast<int>(newline == std::string_view::npos ? place + 1 : place - newline);

  const std::vector<Issue> errors = errors_of(text);
  ASSERT_EQ(errors.size(), 1U) << (errors.empty() ? "nothing was wrong" : ConfigError(errors).what());
  const Issue& e = errors.front();
  EXPECT_EQ(e.file, "s.json");
  EXPECT_EQ(e.line, line) << e.text();
  EXPECT_EQ(e.column, column) << e.text();
  EXPECT_EQ(e.pointer, pointer) << e.text();
  for (const std::string& word : words) EXPECT_THAT(e.message, HasSubstr(word));
}

TEST(Mistake, NoneIsInTheScenarioTheOthersStartFrom) {
  EXPECT_TRUE(errors_of(std::string(kBase)).empty()) << ConfigError(errors_of(std::string(kBase))).what();
}

// --- the document ---
TEST(Mistake, ATrailingComma) {
  expect_mistake("\"shop\": 0.05 }", "\"shop\": 0.05, }", "} }\n}\n", "", {"not JSON", "trailing commas"});
}
TEST(Mistake, AMissingComma) {
  expect_mistake("\"name\": \"base\",", "\"name\": \"base\"", "\"horizon\"", "", {"not JSON", "comma missing"});
}
TEST(Mistake, AMissingBracket) {
  const std::vector<Issue> errors = errors_of(std::string(kBase.substr(0, kBase.size() - 3)));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message, HasSubstr("closed"));
}
TEST(Mistake, SingleQuotes) { expect_mistake("\"base\"", "'base'", "'base'", "", {"double quotes"}); }
TEST(Mistake, AKeyGivenTwice) {
  expect_mistake("\"replicas\": 3,", "\"replicas\": 3, \"replicas\": 4,", "\"replicas\": 4", "/services/shop/replicas",
                 {"twice", "line 15"});
}
TEST(Mistake, AListInsteadOfTheDocument) {
  const std::vector<Issue> errors = errors_of("[1]");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].text(), "s.json:1:1: needs an object { … }; found a list");
}
TEST(Mistake, NoVersion) {
  expect_mistake("\"windtunnel\": 1,", "", "{", "/windtunnel", {"\"windtunnel\" is missing"});
}
TEST(Mistake, AnotherVersion) {
  expect_mistake("\"windtunnel\": 1", "\"windtunnel\": 2", "2,", "/windtunnel", {"must be 1", "2"});
}
TEST(Mistake, NoName) { expect_mistake("\"name\": \"base\",", "", "{", "/name", {"missing", "called"}); }
TEST(Mistake, NoTrafficAtAll) {
  const std::string text =
      R"({"windtunnel": 1, "name": "x", "services": {"s": {"work": {"default": [{"cpu": "1ms"}]}}}})";
  ASSERT_EQ(errors_of(text).size(), 1U);
  EXPECT_EQ(errors_of(text)[0].pointer, "/traffic");
}
TEST(Mistake, NoServices) {
  const std::string text = R"({"windtunnel": 1, "name": "x", "services": {},
    "traffic": [{"name": "w", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}]})";
  ASSERT_EQ(errors_of(text).size(), 1U);
  EXPECT_EQ(errors_of(text)[0].pointer, "/services");
}

// --- keys ---
TEST(Mistake, AMistypedKey) {
  expect_mistake("\"replicas\"", "\"replcas\"", "\"replcas\"", "/services/shop/replcas",
                 {"unknown key \"replcas\"", "did you mean \"replicas\""});
}
TEST(Mistake, AKeyInAnotherSpellingStyle) {
  expect_mistake("\"per_instance_hour\"", "\"perInstanceHour\"", "\"perInstanceHour\"", "/cost/perInstanceHour",
                 {"did you mean \"per_instance_hour\""});
}
TEST(Mistake, AKeyThatTheFormatDoesNotHaveYet) {
  expect_mistake("\"cluster\"", "\"rollouts\": [], \"cluster\"", "\"rollouts\"", "/rollouts", {"unknown key"});
}
TEST(Mistake, AKeyThatTheEmbeddedApiDoesNotHave) {
  expect_mistake("\"minReplicas\"", "\"minReplica\"", "\"minReplica\"", "/services/shop/autoscaler/spec/minReplica",
                 {"unknown key", "did you mean \"minReplicas\""});
}
TEST(Mistake, AParameterOfAnotherType) {
  expect_mistake("\"mean\": \"9ms\"", "\"mean\": \"9ms\", \"cv\": 1", "\"cv\"", "/services/shop/work/pay/0/cpu/cv",
                 {"unknown key \"cv\""});
}
TEST(Mistake, AMissingParameter) {
  expect_mistake(", \"rate\": \"40/min\"", "", "{ \"type\": \"constant\"", "/traffic/1/arrivals/rate",
                 {"\"rate\" is missing"});
}

// --- types ---
TEST(Mistake, TextWhereANumberFits) {
  expect_mistake("\"replicas\": 3", "\"replicas\": \"three\"", "\"three\"", "/services/shop/replicas",
                 {"whole number", "\"three\""});
}
TEST(Mistake, AFractionWhereAWholeNumberFits) {
  expect_mistake("\"processes\": 2", "\"processes\": 2.5", "2.5", "/services/shop/instance/runtime/processes",
                 {"whole number", "2.5"});
}
TEST(Mistake, AnObjectWhereAListFits) {
  expect_mistake("[ { \"cpu\": \"4ms\" } ]", "{ \"cpu\": \"4ms\" }", "{ \"cpu\": \"4ms\" }",
                 "/services/shop/work/browse", {"a list", "an object"});
}
TEST(Mistake, ATypeWithoutItsObject) {
  expect_mistake("{ \"type\": \"least_request\", \"choices\": 2 }", "\"least_request\"", "\"least_request\"",
                 "/services/shop/balancer", {"{ \"type\": \"least_request\" }"});
}
TEST(Mistake, AnObjectWithoutItsType) {
  expect_mistake("\"phase\": \"boot\", ", "", "{ \"time\": \"3s\" }", "/services/shop/startup/0",
                 {"\"phase\"", "boot", "pull", "warm"});
}
TEST(Mistake, AMistypedType) {
  expect_mistake("\"poisson\"", "\"poison\"", "\"poison\"", "/traffic/0/arrivals/type",
                 {"unknown arrivals type \"poison\"", "did you mean \"poisson\""});
}
TEST(Mistake, AMetricThatNoObjectiveReads) {
  expect_mistake("\"latency\"", "\"beauty\"", "\"beauty\"", "/objectives/0/metric",
                 {"unknown objective metric", "latency", "success_ratio"});
}
TEST(Mistake, AMistypedWord) {
  expect_mistake("\"timeout\": \"2s\"", "\"timeout\": \"2s\", \"on_timeout\": \"cancle\"", "\"cancle\"",
                 "/traffic/0/on_timeout", {"continue, cancel", "did you mean \"cancel\""});
}

// --- units ---
TEST(Mistake, ADurationWithoutAUnit) {
  expect_mistake("\"timeout\": \"2s\"", "\"timeout\": 2", "2 },\n", "/traffic/0/timeout",
                 {"duration", "ns, us, ms, s, m, h, d", "bare number 2"});
}
TEST(Mistake, ADistributionOfDurationsWithoutAUnit) {
  expect_mistake("\"mean\": \"9ms\"", "\"mean\": 9", "9 } }", "/services/shop/work/pay/0/cpu/mean",
                 {"duration", "bare number 9"});
}
TEST(Mistake, AnUnknownUnit) {
  expect_mistake("\"4ms\"", "\"4msec\"", "\"4msec\"", "/services/shop/work/browse/0/cpu",
                 {"\"msec\"", "did you mean \"ms\""});
}
TEST(Mistake, ARateWithoutAUnit) {
  expect_mistake("\"5/s\"", "5", "5 },\n", "/traffic/0/arrivals/rate", {"rate", "/s, /min, /h, /d"});
}
TEST(Mistake, ADurationWhereARateFits) {
  expect_mistake("\"5/s\"", "\"5s\"", "\"5s\"", "/traffic/0/arrivals/rate", {"unknown unit", "/s, /min, /h, /d"});
}
TEST(Mistake, AShareInPercentWithoutTheSign) {
  expect_mistake("0.9,", "90,", "90,", "/traffic/0/mix/browse", {"from 0 to 1", "did you mean \"90%\""});
}
TEST(Mistake, AMemoryQuantityWithAForeignUnit) {
  expect_mistake("\"512Mi\"", "\"512Mo\"", "\"512Mo\"", "/services/shop/instance/resources/requests/memory",
                 {"\"Mo\"", "Mi"});
}
TEST(Mistake, MemoryWhereCpuFits) {
  expect_mistake("\"cpu\": \"500m\"", "\"cpu\": \"1Gi\"", "\"1Gi\"", "/services/shop/instance/resources/requests/cpu",
                 {"\"Gi\"", "cores"});
}

// --- bounds ---
TEST(Mistake, ANegativeDuration) { expect_mistake("\"1h\"", "\"-1h\"", "\"-1h\"", "/horizon", {"negative"}); }
TEST(Mistake, AHorizonOfNothing) { expect_mistake("\"1h\"", "\"0s\"", "\"0s\"", "/horizon", {"above 0s"}); }
TEST(Mistake, AHorizonBeyondTheClock) {
  expect_mistake("\"1h\"", "\"900000d\"", "\"900000d\"", "/horizon", {"290 years"});
}
TEST(Mistake, ANumberOutOfBounds) {
  expect_mistake("\"replicas\": 3", "\"replicas\": -1", "-1", "/services/shop/replicas", {"at least 0", "-1"});
}
TEST(Mistake, ANegativePrice) {
  expect_mistake("\"shop\": 0.05", "\"shop\": -0.05", "-0.05", "/cost/per_instance_hour/shop", {"at least 0"});
}
TEST(Mistake, MorePointsThanAnybodyCanKeep) {
  expect_mistake("\"horizon\": \"1h\",", "\"horizon\": \"1h\", \"metrics\": { \"resolution\": \"1us\" },", "\"1us\"",
                 "/metrics/resolution", {"3600000000 points"});
}
TEST(Mistake, SharesThatDoNotSumToOne) {
  expect_mistake("\"10%\"", "\"20%\"", "{ \"browse\": 0.9", "/traffic/0/mix", {"sum to 1.1"});
}
TEST(Mistake, ANumberThatNoDoubleHolds) {
  expect_mistake("\"shop\": 0.05", "\"shop\": 1e999", "1e999", "", {"too large"});
}

// --- references ---
TEST(Mistake, TrafficToAServiceThatIsNotThere) {
  expect_mistake("\"to\": \"shop\"", "\"to\": \"shpo\"", "\"shpo\"", "/traffic/0/to",
                 {"no service \"shpo\"", "did you mean \"shop\""});
}
TEST(Mistake, AClassWithoutWork) {
  expect_mistake("\"pay\": \"10%\"", "\"buy\": \"10%\"", "\"10%\"", "/traffic/0/mix/buy",
                 {"\"shop\" has no work for the class \"buy\"", "browse, pay"});
}
TEST(Mistake, AQuotaWithoutALimit) {
  expect_mistake("\"resources\": {", "\"cfs_quota\": {}, \"resources\": {", "{}", "/services/shop/instance/cfs_quota",
                 {"limits.cpu is missing"});
}
TEST(Mistake, ReservedConnectionsThatLeaveNone) {
  expect_mistake("\"resources\": {", "\"max_connections\": 3, \"reserved_connections\": 3, \"resources\": {",
                 "3, \"resources", "/services/shop/instance/reserved_connections", {"none of the 3 connections"});
}
TEST(Mistake, ReservedConnectionsOfNoLimit) {
  expect_mistake("\"resources\": {", "\"reserved_connections\": 3, \"resources\": {", "3, \"resources",
                 "/services/shop/instance/reserved_connections", {"max_connections, which is missing"});
}
TEST(Mistake, AThreadPoolBesideNoLoop) {
  expect_mistake("[ { \"cpu\": \"1ms\" } ]", "[ { \"cpu\": \"1ms\", \"on\": \"thread_pool\" } ]", "\"thread_pool\"",
                 "/services/back/work/default/0/on", {"event_loop has a thread pool", "worker_pool"});
}
TEST(Mistake, AHeapOfSeveralProcesses) {
  expect_mistake("\"resources\": {", "\"heap\": { \"base\": \"50Mi\" }, \"resources\": {", "{ \"base\"",
                 "/services/shop/instance/heap", {"one process", "has 2"});
}
TEST(Mistake, AHeapThatIsFullFromTheBeginning) {
  expect_mistake(
      "\"back\": { \"work\"",
      "\"back\": { \"instance\": { \"runtime\": { \"type\": \"event_loop\" }, \"resources\": { \"limits\": { "
      "\"memory\": \"512Mi\" } }, \"heap\": { \"base\": \"256Mi\" } }, \"work\"",
      "\"256Mi\"", "/services/back/instance/heap/base", {"256Mi", "as soon as it runs"});
}
TEST(Mistake, AHeapBesidePauses) {
  expect_mistake(
      "\"back\": { \"work\"",
      "\"back\": { \"instance\": { \"runtime\": { \"type\": \"event_loop\" }, \"pauses\": { \"every\": \"1s\", "
      "\"length\": \"1ms\" }, \"heap\": { \"base\": \"50Mi\" } }, \"work\"",
      "{ \"every\"", "/services/back/instance/pauses", {"heap", "one of them can"});
}
TEST(Mistake, CoresSharedByNoNodes) {
  expect_mistake("\"zones\": [ \"a\", \"b\" ]", "\"zones\": [ \"a\", \"b\" ], \"node_cpu\": \"shared\"", "\"shared\"",
                 "/cluster/node_cpu", {"there are no nodes"});
}
TEST(Mistake, ProbesOfALoopWithoutAnOrder) {
  expect_mistake("\"processes\": 2 }",
                 "\"processes\": 2, \"lag_probes\": \"10ms\" }, \"queue\": { \"type\": \"lifo\" }", "\"10ms\"",
                 "/services/shop/instance/runtime/lag_probes", {"first come, first served", "lifo"});
}
TEST(Mistake, ThreadsThatAskHowLateTheirLoopIs) {
  expect_mistake("\"back\": { \"work\"", "\"back\": { \"admission\": { \"too_busy\": {} }, \"work\"", "{} }",
                 "/services/back/admission/too_busy", {"event loop", "worker_pool"});
}
TEST(Mistake, APriceOfZonesForNothing) {
  expect_mistake("\"cost\": { ", "\"cost\": { \"cross_zone\": { \"bytes\": \"1Ki\" }, ", "{ \"bytes\"",
                 "/cost/cross_zone", {"has no price", "per_gb"});
}
TEST(Mistake, NoMixAndNoDefaultWork) {
  expect_mistake("\"to\": \"back\"", "\"to\": \"shop\"", "{ \"name\": \"batch\"", "/traffic/1",
                 {"class \"default\"", "no work"});
}
TEST(Mistake, ACallOfAServiceThatIsNotThere) {
  expect_mistake("[ { \"cpu\": \"4ms\" } ]", "[ { \"call\": { \"service\": \"bakc\" } } ]", "\"bakc\"",
                 "/services/shop/work/browse/0/call/service", {"no service \"bakc\"", "did you mean \"back\""});
}
TEST(Mistake, ACallOverAPoolThatIsNotThere) {
  expect_mistake("[ { \"cpu\": \"4ms\" } ]", "[ { \"call\": { \"service\": \"back\", \"pool\": \"pg\" } } ]", "\"pg\"",
                 "/services/shop/work/browse/0/call/pool", {"\"shop\" has no pool \"pg\"", "no \"pools\""});
}
TEST(Mistake, APoolThatLeadsToTwoServices) {
  expect_mistake("\"work\": { \"browse\": [ { \"cpu\": \"4ms\" } ],",
                 "\"pools\": { \"pg\": {} }, \"work\": { \"browse\": [ { \"call\": { \"service\": \"back\", \"pool\": "
                 "\"pg\" } }, { \"call\": { \"service\": \"shop\", \"class\": \"pay\", \"pool\": \"pg\" } } ],",
                 "\"pg\" } } ],", "/services/shop/work/browse/1/call/pool",
                 {"lead to \"back\"", "goes to \"shop\"", "a pool of its own"});
}
TEST(Mistake, APoolOfProcessesThatShareAQueue) {
  expect_mistake(
      "\"instance\": { \"runtime\": { \"type\": \"event_loop\", \"processes\": 2 },",
      "\"pools\": { \"pg\": {} }, \"instance\": { \"runtime\": { \"type\": \"event_loop\", \"processes\": 2, "
      "\"dispatch\": \"shared\" },",
      "{ \"pg\"", "/services/shop/pools", {"belong to processes", "round_robin"});
}
TEST(Mistake, APoolThatLeadsToProxies) {
  expect_mistake(
      "\"back\": { \"work\": { \"default\": [ { \"cpu\": \"1ms\" } ] } }",
      "\"back\": { \"pools\": { \"pg\": {} }, \"work\": { \"default\": [ { \"call\": { \"service\": \"far\", "
      "\"pool\": \"pg\" } } ] } }, \"far\": { \"balancer\": { \"type\": \"maglev\" }, \"work\": { "
      "\"default\": [ { \"cpu\": \"1ms\" } ] } }",
      "\"pg\" } }", "/services/back/work/default/0/call/pool",
      {"leads to \"far\"", "maglev with proxies", "stays with one instance"});
}
TEST(Mistake, ConnectionsThatStayAndABalancerThatLooksCloser) {
  expect_mistake("\"back\": { \"work\": { \"default\": [ { \"cpu\": \"1ms\" } ] } }",
                 "\"back\": { \"connections\": { \"balanced\": \"per_connection\" }, \"balancer\": { \"type\": "
                 "\"maglev\" }, \"work\": { \"default\": [ { \"cpu\": \"1ms\" } ] } }",
                 "\"per_connection\"", "/services/back/connections/balanced", {"maglev looks at more", "per_request"});
}
TEST(Mistake, StreamsOverHttp1) {
  expect_mistake("\"back\": { \"work\"", "\"back\": { \"connections\": { \"max_streams\": 100 }, \"work\"", "100 }",
                 "/services/back/connections/max_streams", {"http2", "one request at a time"});
}
TEST(Mistake, MoreConnectionsThanThereMayBe) {
  expect_mistake("\"back\": { \"work\"", "\"back\": { \"connections\": { \"min\": 3, \"max\": 2 }, \"work\"", "3, ",
                 "/services/back/connections/min", {"3 is above max, 2"});
}
TEST(Mistake, TlsThatEndsBehindTheEndOfItsConnection) {
  expect_mistake("\"back\": { \"work\"",
                 "\"back\": { \"connections\": { \"balanced\": \"per_request\", \"tls\": { \"at\": \"instance\", "
                 "\"handshake\": \"1ms\" } }, \"work\"",
                 "\"instance\", \"handshake", "/services/back/connections/tls/at", {"\"edge\" fits"});
}
TEST(Mistake, SessionsThatAreResumedForNobodyKnowsWhat) {
  expect_mistake("\"back\": { \"work\"",
                 "\"back\": { \"connections\": { \"tls\": { \"handshake\": \"1ms\", \"resumed\": 0.5 } }, \"work\"",
                 "{ \"handshake", "/services/back/connections/tls/resumed_handshake",
                 {"is missing", "resume a session"});
}
TEST(Mistake, APoolThatLeadsToConnections) {
  expect_mistake(
      "\"back\": { \"work\": { \"default\": [ { \"cpu\": \"1ms\" } ] } }",
      "\"back\": { \"pools\": { \"pg\": {} }, \"work\": { \"default\": [ { \"call\": { \"service\": \"far\", "
      "\"pool\": \"pg\" } } ] } }, \"far\": { \"connections\": {}, \"work\": { "
      "\"default\": [ { \"cpu\": \"1ms\" } ] } }",
      "\"pg\" } }", "/services/back/work/default/0/call/pool", {"leads to \"far\"", "one of either"});
}
TEST(Mistake, ACallOfAClassWithoutWork) {
  expect_mistake("{ \"default\": [ { \"cpu\": \"1ms\" } ] }",
                 "{ \"default\": [ { \"call\": { \"service\": \"shop\", \"class\": \"buy\" } } ] }", "\"buy\"",
                 "/services/back/work/default/0/call/class",
                 {"\"shop\" has no work for the class \"buy\"", "browse, pay"});
}
TEST(Mistake, ACallOfTheCallersClassWithoutWork) {
  expect_mistake("{ \"default\": [ { \"cpu\": \"1ms\" } ] }",
                 "{ \"default\": [ { \"call\": { \"service\": \"shop\" } } ] }", "{ \"service\": \"shop\" }",
                 "/services/back/work/default/0/call", {"\"shop\" has no work for the class \"default\""});
}
TEST(Mistake, CallsThatNeverEnd) {
  expect_mistake("{ \"default\": [ { \"cpu\": \"1ms\" } ] }",
                 "{ \"default\": [ { \"parallel\": { \"to\": [ { \"service\": \"back\", \"probability\": 0.5 }, "
                 "{ \"service\": \"back\", \"probability\": 0.5 } ] } } ] }",
                 "{ \"default\": [ { \"parallel\"", "/services/back/work", {"calls itself without end", "\"back\""});
}
TEST(Mistake, AStepOfTwoKinds) {
  expect_mistake("[ { \"cpu\": \"4ms\" } ]", "[ { \"cpu\": \"4ms\", \"call\": { \"service\": \"back\" } } ]",
                 "{ \"cpu\": \"4ms\", \"call\"", "/services/shop/work/browse/0", {"this one is cpu and call"});
}
TEST(Mistake, ALookupInACacheThatThereIsNot) {
  expect_mistake("[ { \"cpu\": \"4ms\" } ]", "[ { \"cpu\": \"4ms\", \"invalidate\": \"things\" } ]", "\"things\"",
                 "/services/shop/work/browse/0/invalidate", {"no cache \"things\"", "no \"caches\""});
}
TEST(Mistake, ALookupThatAMissDoesNothingAbout) {
  expect_mistake("\"work\": { \"browse\": [ { \"cpu\": \"4ms\" } ]",
                 "\"caches\": { \"c\": { \"keys\": 9 } }, \"work\": { \"browse\": [ { \"cpu\": \"4ms\", \"look_up\": "
                 "\"c\" } ]",
                 "\"c\" } ]", "/services/shop/work/browse/0/look_up", {"nothing is done on a miss"});
}
TEST(Mistake, AMissWithoutALookup) {
  expect_mistake("\"work\": { \"browse\": [ { \"cpu\": \"4ms\" } ]",
                 "\"caches\": { \"c\": { \"keys\": 9 } }, \"work\": { \"browse\": [ { \"cpu\": \"4ms\", \"on_miss\": "
                 "\"c\" } ]",
                 "\"c\" } ]", "/services/shop/work/browse/0/on_miss", {"no step with \"look_up\": \"c\""});
}
TEST(Mistake, ACacheWhoseHitsAreGivenAndComeOfKeys) {
  expect_mistake("\"replicas\": 3,", "\"replicas\": 3, \"caches\": { \"c\": { \"keys\": 9, \"hit_ratio\": 0.5 } },",
                 "{ \"keys\"", "/services/shop/caches/c", {"both hit_ratio and keys"});
}
TEST(Mistake, ACacheOfGivenHitsWithASize) {
  expect_mistake("\"replicas\": 3,", "\"replicas\": 3, \"caches\": { \"c\": { \"hit_ratio\": 0.5, \"size\": 7 } },",
                 "7", "/services/shop/caches/c/size", {"says nothing without \"keys\""});
}
TEST(Mistake, ACacheHeldByAServiceThatIsScaled) {
  expect_mistake("\"back\": { \"work\"",
                 "\"back\": { \"caches\": { \"c\": { \"keys\": 9, \"in\": \"shop\" } }, \"work\"", "\"shop\" } }",
                 "/services/back/caches/c/in", {"has an autoscaler"});
}
TEST(Mistake, TheFlushOfACacheThatThereIsNot) {
  expect_mistake("\"type\": \"zone_outage\", \"zone\": \"b\", \"at\": \"20m\", \"for\": \"5m\"",
                 "\"type\": \"flush_cache\", \"service\": \"back\", \"cache\": \"c\", \"at\": \"20m\"", "\"c\", \"at\"",
                 "/faults/0/cache", {"\"back\" has no cache \"c\""});
}
TEST(Mistake, AnswersThatCannotCome) {
  expect_mistake("[ { \"cpu\": \"4ms\" } ]",
                 "[ { \"parallel\": { \"to\": [ { \"service\": \"back\" } ], \"wait_for\": 2 } } ]", "2 } } ]",
                 "/services/shop/work/browse/0/parallel/wait_for", {"is 2, more than the 1 calls"});
}
TEST(Mistake, ACallThatTimesOutOnItsWay) {
  expect_mistake("[ { \"cpu\": \"4ms\" } ]",
                 "[ { \"call\": { \"service\": \"back\", \"timeout\": \"2ms\", \"network\": \"1ms\" } } ]", "\"2ms\"",
                 "/services/shop/work/browse/0/call/timeout", {"before an answer can come"});
}
TEST(Mistake, TwoSourcesOfOneName) {
  expect_mistake("\"batch\"", "\"web\"", "\"web\", \"to\": \"back\"", "/traffic/1/name",
                 {"\"web\"", "taken", "/traffic/0"});
}
TEST(Mistake, AFaultInAZoneThatIsNotThere) {
  expect_mistake("\"zone\": \"b\"", "\"zone\": \"c\"", "\"c\"", "/faults/0/zone", {"no zone \"c\"", "a, b"});
}
TEST(Mistake, AFaultOfAServiceThatIsNotThere) {
  expect_mistake("\"service\": \"shop\", \"share\"", "\"service\": \"shopp\", \"share\"", "\"shopp\"",
                 "/faults/1/service", {"no service \"shopp\"", "did you mean \"shop\""});
}
TEST(Mistake, AnObjectiveForAServiceThatIsNotThere) {
  expect_mistake("\"service\": \"shop\", \"quantile\"", "\"service\": \"front\", \"quantile\"", "\"front\"",
                 "/objectives/0/service", {"no service \"front\"", "back, shop"});
}
TEST(Mistake, APriceOfAServiceThatIsNotThere) {
  expect_mistake("{ \"shop\": 0.05", "{ \"ship\": 0.05", "0.05", "/cost/per_instance_hour/ship",
                 {"no service \"ship\"", "did you mean \"shop\""});
}
TEST(Mistake, AZoneTwice) {
  expect_mistake("[ \"a\", \"b\" ]", "[ \"b\", \"b\" ]", "\"b\" ]", "/cluster/zones/1", {"twice"});
}
TEST(Mistake, AServiceWithoutAName) {
  const std::vector<Issue> errors = errors_of(changed("\"cost\"", "\"description\": \"\", \"cost\""));
  EXPECT_TRUE(errors.empty());
  expect_mistake("\"back\": { \"work\"",
                 "\"\": { \"work\": { \"default\": [ { \"cpu\": \"1ms\" } ] } }, \"back\": { \"work\"",
                 "{ \"work\": { \"default\"", "/services/", {"needs a name"});
}
TEST(Mistake, UtilizationWithoutARequest) {
  expect_mistake("\"cpu\": \"500m\", ", "", "{ \"memory\"", "/services/shop/instance/resources/requests/cpu",
                 {"missing", "kubernetes_hpa"});
}

// --- files ---
TEST(Mistake, ATraceThatIsNotThere) {
  expect_mistake("{ \"type\": \"poisson\", \"rate\": \"5/s\" }", "{ \"type\": \"trace\", \"file\": \"sale.csv\" }",
                 "\"sale.csv\"", "/traffic/0/arrivals/file", {"\"sale.csv\" does not exist"});
}
// A scenario whose first source plays a file of this text, in a folder of the test's own: tests run side by side.
struct WithTrace {
  std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "mistakes" /
                                 ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::string text =
      changed("{ \"type\": \"poisson\", \"rate\": \"5/s\" }", "{ \"type\": \"trace\",\n\"file\": \"sale.csv\" }");
  explicit WithTrace(std::string_view trace) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "sale.csv", std::ios::binary) << trace;
  }
};
TEST(Mistake, ARowOfATraceIsAtItsLineInTheFileAndAtTheFieldThatNamesIt) {
  const WithTrace scenario("time,n\n0,1\n60,many\n120,2\n");
  try {
    parse_scenario(scenario.text, scenario.folder, "s.json");
    FAIL() << "no error";
  } catch (const ConfigError& e) {
    ASSERT_EQ(e.issues().size(), 1U) << e.what();
    const std::string path = (scenario.folder / "sale.csv").string();
    EXPECT_EQ(e.issues()[0].text(),
              path +
                  ":3: /traffic/0/arrivals/file: 'many' is not a count; a number from 0 to 1e15 fits, or nothing "
                  "where the count is not known");
  }
}
TEST(Mistake, OfATraceAsAWholeIsAtTheFieldThatNamesIt) {
  const WithTrace scenario("time,n\n");
  try {
    parse_scenario(scenario.text, scenario.folder, "s.json");
    FAIL() << "no error";
  } catch (const ConfigError& e) {
    ASSERT_EQ(e.issues().size(), 1U) << e.what();
    EXPECT_EQ(e.issues()[0].text(), "s.json:8:9: /traffic/0/arrivals/file: \"sale.csv\" has a header and no rows");
  }
}
TEST(Mistake, AHoleInATraceIsAWarningAtTheFieldThatNamesIt) {
  const WithTrace scenario("time,n\n0,1\n60,1\n180,2\n");
  const ReadResult read = parse_scenario(scenario.text, scenario.folder, "s.json");
  ASSERT_EQ(read.warnings.size(), 1U);
  EXPECT_EQ(read.warnings[0].line, 8);
  EXPECT_EQ(read.warnings[0].pointer, "/traffic/0/arrivals/file");
  EXPECT_THAT(read.warnings[0].message, ::testing::StartsWith("\"sale.csv\" lacks 1 of 4 bins"));
}
TEST(Mistake, AScenarioThatIsNotThere) {
  try {
    read_scenario("no/such/scenario.json");
    FAIL() << "no error";
  } catch (const ConfigError& e) {
    ASSERT_EQ(e.issues().size(), 1U);
    EXPECT_EQ(e.issues()[0].file, "no/such/scenario.json");
    EXPECT_THAT(e.issues()[0].message, HasSubstr("No such file"));
  }
}

// --- several at once ---
TEST(Mistakes, AreReportedTogetherAcrossKindsInTheOrderOfTheText) {
  std::string text = changed("\"1h\"", "3600");
  text.replace(text.find("\"to\": \"back\""), 12, "\"to\": \"bakc\"");
  text.replace(text.find("\"phase\": \"boot\""), 15, "\"phase\": \"boat\"");
  text.replace(text.find("\"zone\": \"b\""), 11, "\"zone\": \"z\"");
  std::vector<std::string> pointers;
  for (const Issue& e : errors_of(text)) pointers.push_back(e.pointer);
  EXPECT_THAT(pointers,
              ::testing::ElementsAre("/horizon", "/traffic/1/to", "/services/shop/startup/0/phase", "/faults/0/zone"));
}

TEST(Mistakes, InAServiceDoNotCastDoubtOnWhatRefersToIt) {
  // The work of "shop" could not be read, so nobody is told that it has none for a class.
  const std::vector<Issue> errors =
      errors_of(changed("\"work\": { \"browse\": [ { \"cpu\": \"4ms\" } ],", "\"work\": { \"brows\": [ 1 ],"));
  ASSERT_EQ(errors.size(), 1U) << ConfigError(errors).what();
  EXPECT_EQ(errors[0].pointer, "/services/shop/work/brows/0");
}

TEST(Mistakes, OfServicesThatCannotBeReadDoNotMakeEveryReferenceWrong) {
  const std::vector<Issue> errors = errors_of(R"({"windtunnel": 1, "name": "x", "services": [],
    "traffic": [{"name": "w", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}]})");
  ASSERT_EQ(errors.size(), 1U) << ConfigError(errors).what();
  EXPECT_EQ(errors[0].pointer, "/services");
}

TEST(Mistakes, AreOneLineEachInTheExceptionsText) {
  std::string text = changed("\"1h\"", "3600");
  text.replace(text.find("\"replicas\": 3"), 13, "\"replicas\": []");
  EXPECT_EQ(
      std::string(ConfigError(errors_of(text)).what()),
      "s.json:4:14: /horizon: needs a duration with a unit (ns, us, ms, s, m, h, d), such as \"250ms\" or \"1h30m\"; "
      "found the bare number 3600\n"
      "s.json:15:19: /services/shop/replicas: needs a whole number; found a list");
}

// --- --set ---
Scenario with(const std::vector<Override>& overrides) {
  return parse_scenario(std::string(kBase), "", "s.json", overrides).scenario;
}

TEST(Override, SetsAValueByDottedPathOrPointer) {
  EXPECT_EQ(with({{"services.shop.replicas", "9"}}).services.at("shop").replicas, 9);
  EXPECT_EQ(with({{"/services/shop/replicas", "9"}}).services.at("shop").replicas, 9);
  EXPECT_EQ(with({{"traffic.0.timeout", "5s"}}).traffic[0].timeout, std::chrono::seconds(5));
  EXPECT_EQ(with({{"traffic.0.timeout", "\"5s\""}}).traffic[0].timeout, std::chrono::seconds(5));
  EXPECT_EQ(with({{"name", "7"}}).name, "7") << "a name that looks like a number";
}

TEST(Override, CreatesWhatIsOnTheWay) {
  EXPECT_EQ(with({{"services.back.instance.resources.requests.cpu", "250m"}})
                .services.at("back")
                .instance.resources.requests.cpu->cores,
            0.25);
  EXPECT_EQ(with({{"cluster.zones.-", "c"}}).cluster.zones, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Override, TakesWholeObjectsAndTheLastOneWins) {
  const Scenario s = with({{"services.shop.balancer", R"({"type": "random"})"}, {"seed", "1"}, {"seed", "5"}});
  EXPECT_EQ(s.services.at("shop").balancer.type(), "random");
  EXPECT_EQ(s.seed, 5);
}

TEST(Override, OfNullGoesBackToTheDefault) {
  EXPECT_FALSE(with({{"services.shop.autoscaler", "null"}}).services.at("shop").autoscaler);
  EXPECT_EQ(with({{"services.shop.replicas", "null"}}).services.at("shop").replicas, 1);
  EXPECT_EQ(with({{"services.shop.no_such_thing", "null"}}).services.at("shop").replicas, 3);
}

void expect_override_error(const Override& change, const std::string& pointer, const std::string& words) {
  const std::vector<Issue> errors = errors_of(std::string(kBase), {change});
  ASSERT_EQ(errors.size(), 1U) << ConfigError(errors).what();
  EXPECT_EQ(errors[0].line, 0);
  EXPECT_EQ(errors[0].pointer, pointer);
  EXPECT_THAT(errors[0].message, HasSubstr("--set " + change.path));
  EXPECT_THAT(errors[0].message, HasSubstr(words));
}

TEST(Override, ThatDoesNotFitIsNamedInTheError) {
  expect_override_error({"services.shop.replicas", "many"}, "/services/shop/replicas", "whole number");
  expect_override_error({"services.shop.replcas", "3"}, "/services/shop/replcas", "did you mean \"replicas\"");
  expect_override_error({"traffic.0.to", "shpo"}, "/traffic/0/to", "did you mean \"shop\"");
  expect_override_error({"traffic.7.to", "shop"}, "/traffic", "has 2 elements");
  expect_override_error({"name.first", "x"}, "/name", "neither an object nor a list");
  expect_override_error({"services.shop.balancer", "{\"type\": "}, "", "not JSON");
  expect_override_error({"", "3"}, "", "whole scenario");
}

// --- nodes ---

// The base with nodes, and with requests where it had none.
std::string with_nodes(std::string_view cluster) {
  std::string text = changed("\"back\": { \"work\"",
                             "\"back\": { \"instance\": { \"resources\": { \"requests\": { \"cpu\": \"2\", \"memory\": "
                             "\"1Gi\" } } }, \"work\"");
  const std::string_view before = "\"cluster\": { \"zones\": [ \"a\", \"b\" ] }";
  const std::size_t place = text.find(before);
  EXPECT_NE(place, std::string::npos);
  return text.replace(place, before.size(),
                      "\"cluster\": { \"zones\": [ \"a\", \"b\" ], " + std::string(cluster) + " }");
}

TEST(Mistake, NoneIsInNodesWrittenAloneOrInAList) {
  const std::string one = R"({ "type": "m5.large", "cpu": 4, "memory": "16Gi", "count": 2, "zones": "a" })";
  EXPECT_TRUE(errors_of(with_nodes("\"nodes\": " + one)).empty());
  EXPECT_TRUE(errors_of(with_nodes("\"nodes\": [ " + one + " ]")).empty());
  EXPECT_EQ(effective_scenario(parse_scenario(with_nodes("\"nodes\": " + one), ".", "s").scenario),
            effective_scenario(parse_scenario(with_nodes("\"nodes\": [ " + one + " ]"), ".", "s").scenario));
}

TEST(Mistake, InOneKindOfNodesIsReportedWhereItStands) {
  const std::string one = R"("nodes": { "type": "m5.large", "cpu": 4, "memory": "16Gi", "count": 5, "max": 2,
    "autoscaler": { "type": "cluster_autoscaler", "expander": "least_waste" }, "zones": "c" })";
  const std::vector<Issue> errors = errors_of(with_nodes(one));
  ASSERT_EQ(errors.size(), 1U) << ConfigError(errors).what();  // what is in it comes first
  EXPECT_EQ(errors[0].pointer, "/cluster/nodes/autoscaler/expander");
  EXPECT_THAT(errors[0].message, HasSubstr("least-waste"));
  std::string right = one;
  right.replace(right.find("least_waste"), 11, "least-waste");
  const std::vector<Issue> others = errors_of(with_nodes(right));
  ASSERT_EQ(others.size(), 1U) << ConfigError(others).what();
  EXPECT_EQ(others[0].pointer, "/cluster/nodes/max");
  right.replace(right.find("\"max\": 2"), 8, "\"max\": 9");
  const std::vector<Issue> zones = errors_of(with_nodes(right));
  ASSERT_EQ(zones.size(), 1U) << ConfigError(zones).what();
  EXPECT_EQ(zones[0].pointer, "/cluster/nodes/zones");
  EXPECT_THAT(zones[0].message, HasSubstr("there is no zone \"c\""));
}

TEST(Mistake, AnInstanceThatDoesNotSayWhatItAsksOfANode) {
  const std::vector<Issue> errors = errors_of(changed(
      "\"cluster\": { \"zones\": [ \"a\", \"b\" ] }",
      "\"cluster\": { \"zones\": [ \"a\", \"b\" ], \"nodes\": { \"type\": \"m\", \"cpu\": 4, \"memory\": \"16Gi\", "
      "\"count\": 1 } }"));
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].pointer, "/services/back/instance/resources/requests/cpu");
  EXPECT_EQ(errors[1].pointer, "/services/back/instance/resources/requests/memory");
}

TEST(Mistake, AnInstanceTooLargeForEveryNode) {
  const std::vector<Issue> errors = errors_of(with_nodes(
      R"("nodes": [ { "type": "small", "cpu": 2, "memory": "2Gi", "count": 1, "system_reserved": { "cpu": "100m" } },
                             { "type": "thin", "cpu": 8, "memory": "512Mi", "count": 1 } ])"));
  ASSERT_EQ(errors.size(), 1U) << ConfigError(errors).what();
  EXPECT_EQ(errors[0].pointer, "/services/back/instance/resources/requests");
  EXPECT_THAT(errors[0].message,
              HasSubstr("an instance of 2 CPU and 1Gi fits on no node: they have at most 8 CPU and 2Gi"));
}

TEST(Mistake, KarpenterWithoutPrices) {
  const std::string scaled =
      R"("nodes": { "type": "m", "cpu": 4, "memory": "16Gi" }, "autoscaler": { "type": "karpenter" })";
  const std::vector<Issue> errors = errors_of(with_nodes(scaled));
  ASSERT_EQ(errors.size(), 1U) << ConfigError(errors).what();
  EXPECT_EQ(errors[0].pointer, "/cluster/nodes/price");
  std::string priced = with_nodes(scaled);
  priced.replace(priced.find("\"per_instance_hour\""), 19, "\"per_node_hour\": 0.1, \"per_instance_hour\"");
  EXPECT_TRUE(errors_of(priced).empty());
}

TEST(Mistake, AKarpenterSpecThatTheRealOneWouldNotTake) {
  const auto errors = [](const std::string& spec) {
    return errors_of(with_nodes(R"("nodes": { "type": "m", "cpu": 4, "memory": "16Gi", "price": 1 },
                                   "autoscaler": { "type": "karpenter", "spec": )" +
                                spec + " }"));
  };
  const std::pair<const char*, const char*> rows[] = {
      {R"({ "disruption": { "consolidateAfter": "soon" } })", "/cluster/autoscaler/spec/disruption/consolidateAfter"},
      {R"({ "disruption": { "budgets": [ { "nodes": "most" } ] } })",
       "/cluster/autoscaler/spec/disruption/budgets/0/nodes"},
      {R"({ "disruption": { "budgets": [ { "nodes": "1", "reasons": [ "Bored" ] } ] } })",
       "/cluster/autoscaler/spec/disruption/budgets/0/reasons/0"},
      {R"({ "disruption": { "budgets": [ { "nodes": "1", "schedule": "@daily" } ] } })",
       "/cluster/autoscaler/spec/disruption/budgets/0"},
      {R"({ "disruption": { "budgets": [ { "schedule": "at noon", "duration": "1h" } ] } })",
       "/cluster/autoscaler/spec/disruption/budgets/0/schedule"},
      {R"({ "template": { "spec": { "expireAfter": "30" } } })", "/cluster/autoscaler/spec/template/spec/expireAfter"},
      {R"({ "consolidateAfter": "1m" })", "/cluster/autoscaler/spec/consolidateAfter"}};
  for (const auto& [spec, pointer] : rows) {
    const std::vector<Issue> found = errors(spec);
    ASSERT_EQ(found.size(), 1U) << spec;
    EXPECT_EQ(found[0].pointer, pointer) << found[0].text();
  }
  // Parts of a NodePool that mean nothing here are read over, aloud.
  const ReadResult read = parse_scenario(
      with_nodes(
          R"("nodes": { "type": "m", "cpu": 4, "memory": "16Gi", "price": 1 }, "autoscaler": { "type": "karpenter",
                    "spec": { "weight": 10, "template": { "spec": { "requirements": [], "expireAfter": "Never" } } } })"),
      ".", "s");
  ASSERT_EQ(read.warnings.size(), 2U);
  EXPECT_THAT(read.warnings[0].message, HasSubstr("\"weight\" is not modelled"));
  EXPECT_THAT(read.warnings[1].message, HasSubstr("\"requirements\" is not modelled"));
}

TEST(Mistake, AServiceThatIsCalledCluster) {
  std::string text = with_nodes(R"("nodes": { "type": "m", "cpu": 4, "memory": "16Gi", "count": 1 })");
  for (std::size_t at = 0; (at = text.find("\"back\"", at)) != std::string::npos;) text.replace(at, 6, "\"cluster\"");
  const std::vector<Issue> errors = errors_of(text);
  ASSERT_EQ(errors.size(), 1U) << ConfigError(errors).what();
  EXPECT_EQ(errors[0].pointer, "/services/cluster");
}

TEST(Mistake, APriceOfNodesWhereThereAreNone) {
  const ReadResult read =
      parse_scenario(changed("\"per_instance_hour\"", "\"per_node_hour\": 0.1, \"per_instance_hour\""), ".", "s");
  ASSERT_EQ(read.warnings.size(), 1U);
  EXPECT_EQ(read.warnings[0].pointer, "/cost/per_node_hour");
}

// --- clients and limits

TEST(Mistake, ARetryBesideAHedge) {
  expect_mistake("\"timeout\": \"2s\"", R"("timeout": "2s", "retry": {}, "hedge": {"delay": "1s"})", "{\"delay\"",
                 "/traffic/0/hedge", {"retry"});
}
TEST(Mistake, ACircuitBreakerOfNoKnownKind) {
  expect_mistake("\"timeout\": \"2s\"", R"("timeout": "2s", "circuit_breaker": {"type": "histrix"})", "\"histrix\"",
                 "/traffic/0/circuit_breaker/type", {"hystrix"});
}
TEST(Mistake, ARollingWindowThatItsSnapshotsDoNotFill) {
  expect_mistake("\"timeout\": \"2s\"",
                 R"("timeout": "2s", "circuit_breaker": {"type": "hystrix", "rollingWindow": "700ms"})", "\"700ms\"",
                 "/traffic/0/circuit_breaker/rollingWindow", {"multiple"});
}
TEST(Mistake, AHedgeWithoutADelay) {
  expect_mistake("\"timeout\": \"2s\"", R"("timeout": "2s", "hedge": {"attempts": 3})", "{\"attempts\": 3}",
                 "/traffic/0/hedge", {"needs a delay", "after"});
}
TEST(Mistake, AFailureToRetryThatThereIsNot) {
  expect_mistake("\"timeout\": \"2s\"", R"("timeout": "2s", "retry": {"on": ["5xx", "6xx"]})", "\"6xx\"",
                 "/traffic/0/retry/on/1", {"\"6xx\"", "gateway-error"});
}
TEST(Mistake, ARetryOfNothing) {
  expect_mistake("\"timeout\": \"2s\"", R"("timeout": "2s", "retry": {"on": []})", "[]", "/traffic/0/retry/on",
                 {"is empty"});
}
TEST(Mistake, AStatusThatIsNoFailure) {
  expect_mistake("{ \"cpu\": \"1ms\" }", R"({ "cpu": "1ms", "errors": [ { "share": 0.1, "status": "302" } ] })",
                 "\"302\"", "/services/back/work/default/0/errors/0/status", {"\"302\" is no status", "UNAVAILABLE"});
}
TEST(Mistake, AnAnswerThatSaysWhenToComeBackAndNotTo) {
  expect_mistake("{ \"cpu\": \"1ms\" }",
                 R"({ "cpu": "1ms", "errors": [ { "share": 0.1, "retry_after": "1s", "no_retry": true } ] })", "true",
                 "/services/back/work/default/0/errors/0/no_retry", {"retry_after"});
}
TEST(Mistake, ErrorsMoreOftenThanAlways) {
  expect_mistake("{ \"cpu\": \"1ms\" }", R"({ "cpu": "1ms", "errors": [ { "share": 0.6 }, { "share": 0.7 } ] })",
                 "[ { \"share\": 0.6", "/services/back/work/default/0/errors", {"1.3", "at most 1"});
}
TEST(Mistake, AnErrorMoreOftenThanAlways) {
  expect_mistake("{ \"cpu\": \"1ms\" }", "{ \"cpu\": \"1ms\", \"error\": 1.5 }", "1.5",
                 "/services/back/work/default/0/error", {"1"});
}
TEST(Mistake, PartitionsOfMoreThanTheWhole) {
  expect_mistake("\"back\": {",
                 R"("back": { "admission": { "concurrency_limit": { "type": "fixed", "limit": 9, "partitions":
                    { "a": 0.7, "b": 0.7 } } }, )",
                 "{ \"a\": 0.7", "/services/back/admission/concurrency_limit/partitions", {"more than the whole"});
}
TEST(Mistake, AClassThatHasAShareAndPasses) {
  expect_mistake("\"back\": {",
                 R"("back": { "admission": { "concurrency_limit": { "type": "fixed", "limit": 9, "partitions":
                    { "a": 0.7 }, "bypass": ["b", "a"] } }, )",
                 "\"a\"] }", "/services/back/admission/concurrency_limit/bypass/1", {"share"});
}
TEST(Mistake, AWindowThatEndsBeforeItIsLongEnough) {
  expect_mistake("\"back\": {",
                 R"("back": { "admission": { "concurrency_limit": { "type": "aimd", "window": { "min_time": "2s",
                    "max_time": "1s" } } }, )",
                 "\"1s\"", "/services/back/admission/concurrency_limit/window/max_time", {"shorter"});
}

TEST(Mistake, ReadReplicasThatReadNothing) {
  expect_mistake("\"back\": {", R"("back": { "replicas": 2, "read_replicas": { "reads": [] }, )", "[] }",
                 "/services/back/read_replicas/reads", {"no request class"});
}
TEST(Mistake, ReadReplicasBehindProxies) {
  expect_mistake("\"back\": {",
                 R"("back": { "replicas": 2, "balancer": { "type": "maglev" }, "read_replicas": { "reads": ["x"] }, )",
                 "{ \"reads\": [\"x\"]", "/services/back/read_replicas", {"maglev"});
}

}  // namespace
}  // namespace windtunnel
