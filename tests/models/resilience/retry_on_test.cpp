// What is worth another attempt: Envoy's retry_on, gRPC's retryableStatusCodes, botocore's transient and throttled
// errors, by their rules; grpc-go's TestRetryUnary decides by the same table in tests/models/replication.

#include "models/resilience/retry_on.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Failure::Kind;

Failure answer(std::string_view status) { return {Kind::kAnswer, Status::named(status).value(), {}}; }
Failure without_answer(Kind kind) { return {kind, {}, {}}; }

const Failure kTimeout = without_answer(Kind::kTimeout), kReset = without_answer(Kind::kReset),
              kConnectFailure = without_answer(Kind::kConnectFailure), kRefused = without_answer(Kind::kRefused);

TEST(Statuses, HaveAnHttpNumberOrAGrpcName) {
  EXPECT_EQ(Status::named("503")->http, 503);
  EXPECT_EQ(Status::named("UNAVAILABLE")->http, 200);
  for (const char* wrong : {"", "200", "302", "600", "50", "5030", "5xx", "OK", "unavailable", "NOPE"})
    EXPECT_FALSE(Status::named(wrong)) << wrong;
}

// doc/http-grpc-status-mapping.md of gRPC.
TEST(Statuses, OfHttpAreWhatAGrpcClientMakesOfThem) {
  const std::pair<int, std::string_view> mapping[] = {
      {400, "INTERNAL"},      {401, "UNAUTHENTICATED"}, {403, "PERMISSION_DENIED"},
      {404, "UNIMPLEMENTED"}, {429, "UNAVAILABLE"},     {502, "UNAVAILABLE"},
      {503, "UNAVAILABLE"},   {504, "UNAVAILABLE"},     {409, "UNKNOWN"},
      {500, "UNKNOWN"},       {501, "UNKNOWN"}};
  for (const auto& [http, grpc] : mapping)
    EXPECT_EQ(kGrpcStatusNames[static_cast<std::size_t>(Status::of_http(http).grpc)], grpc) << http;
}

struct Case {
  std::vector<std::string> on;
  Failure failure;
  bool retried;
};

TEST(RetryOn, DecidesAsEnvoysRetryStateDoes) {
  const Case cases[] = {
      {{"5xx"}, answer("500"), true},
      {{"5xx"}, answer("599"), true},
      {{"5xx"}, answer("429"), false},
      {{"5xx"}, kReset, true},  // its own client would get a 503
      {{"5xx"}, kConnectFailure, true},
      {{"5xx"}, kTimeout, true},
      {{"5xx"}, kRefused, false},               // overflow: never
      {{"5xx"}, answer("UNAVAILABLE"), false},  // in an answer of 200
      {{"gateway-error"}, answer("500"), false},
      {{"gateway-error"}, answer("502"), true},
      {{"gateway-error"}, answer("503"), true},
      {{"gateway-error"}, answer("504"), true},
      {{"gateway-error"}, answer("505"), false},
      {{"gateway-error"}, kReset, true},
      {{"reset"}, kReset, true},
      {{"reset"}, kTimeout, true},
      {{"reset"}, kConnectFailure, true},
      {{"reset"}, answer("503"), false},
      {{"connect-failure"}, kConnectFailure, true},
      {{"connect-failure"}, kReset, false},
      {{"connect-failure"}, kTimeout, false},
      {{"retriable-4xx"}, answer("409"), true},
      {{"retriable-4xx"}, answer("400"), false},
      {{"409", "502"}, answer("502"), true},  // retriable-status-codes
      {{"409", "502"}, answer("503"), false},
      {{"503"}, kReset, false},  // no answer has no status
      {{"UNAVAILABLE"}, answer("UNAVAILABLE"), true},
      {{"CANCELLED", "RESOURCE_EXHAUSTED"}, answer("RESOURCE_EXHAUSTED"), true},
      {{"CANCELLED", "RESOURCE_EXHAUSTED"}, answer("INTERNAL"), false},
      {{"connect-failure", "UNAVAILABLE"}, answer("DEADLINE_EXCEEDED"), false},
  };
  for (const Case& c : cases) EXPECT_EQ(RetryOn(c.on).includes(c.failure), c.retried) << c.on[0] << " " << (&c - cases);
}

TEST(RetryOn, DecidesAsGrpcAndTheAwsSdksDo) {
  const Case cases[] = {
      {{"UNAVAILABLE"}, answer("503"), true},   // of a proxy that speaks no gRPC
      {{"UNAVAILABLE"}, answer("500"), false},  // UNKNOWN
      {{"UNAVAILABLE"}, kReset, true},
      {{"UNAVAILABLE"}, kConnectFailure, true},
      {{"UNAVAILABLE"}, kTimeout, false},
      {{"DEADLINE_EXCEEDED"}, kTimeout, true},
      {{"DEADLINE_EXCEEDED"}, answer("504"), false},  // UNAVAILABLE, by the mapping
      {{"transient"}, answer("500"), true},
      {{"transient"}, answer("501"), false},
      {{"transient"}, answer("502"), true},
      {{"transient"}, answer("503"), true},
      {{"transient"}, answer("504"), true},
      {{"transient"}, answer("429"), false},
      {{"transient"}, kTimeout, true},
      {{"transient"}, kConnectFailure, true},
      {{"throttling"}, answer("429"), true},
      {{"throttling"}, answer("503"), false},
      {{"refused"}, kRefused, true},
      {{"timeout"}, kTimeout, true},
      {{"timeout"}, kReset, false},
  };
  for (const Case& c : cases) EXPECT_EQ(RetryOn(c.on).includes(c.failure), c.retried) << c.on[0] << " " << (&c - cases);
}

TEST(RetryOn, SaysWhichWordsItDoesNotKnow) {
  test::Found found;
  RetryOn::check({"5xx", "6xx", "unavailable"}, "/on", found);
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("/on/1: \"6xx\" is nothing that an attempt fails with"),
                                        HasSubstr("/on/2: \"unavailable\"")));
}

TEST(Failures, ThrottleWith429OrResourceExhausted) {
  EXPECT_TRUE(answer("429").throttles());
  EXPECT_TRUE(answer("RESOURCE_EXHAUSTED").throttles());
  EXPECT_FALSE(answer("503").throttles());
  EXPECT_FALSE(kRefused.throttles());
}

}  // namespace
}  // namespace windtunnel
