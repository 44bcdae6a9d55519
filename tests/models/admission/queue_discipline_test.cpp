// Disciplines of queues: whom they drop, and when they turn to the newest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "models/admission/codel.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using testing::ElementsAre;
using testing::IsEmpty;

// Requests leave the queue every 10 ms, each after the same wait; the moments, in ms, at which one is dropped.
std::vector<int> drops(QueueDiscipline& discipline, Duration wait, int from, int to, bool last = false) {
  std::vector<int> out;
  for (int ms = from; ms < to; ms += 10)
    if (discipline.drops(Time{std::chrono::milliseconds{ms}}, wait, last)) out.push_back(ms);
  return out;
}

// RFC 8289: the first drop when waits were above the target for an interval, the n-th interval / sqrt(n) after the one
// before: at 100, 200, 200 + 100 / sqrt 2 = 270.7, + 100 / sqrt 3 = 328.4, + 50 = 378.4.
TEST(CoDel, DropsEverMoreOftenWhileWaitsStayAboveTheTarget) {
  CoDel codel(5ms, 100ms);
  EXPECT_THAT(drops(codel, 6ms, 0, 400), ElementsAre(100, 200, 280, 330, 380));
}

TEST(CoDel, LetsBriefQueuesBe) {
  CoDel codel(5ms, 100ms);
  EXPECT_THAT(drops(codel, 6ms, 0, 90), IsEmpty());
  EXPECT_THAT(drops(codel, 4ms, 90, 100), IsEmpty());
  EXPECT_THAT(drops(codel, 6ms, 100, 200), IsEmpty()) << "it begins to count anew";
  EXPECT_THAT(drops(codel, 6ms, 200, 210), ElementsAre(200));
}

TEST(CoDel, DoesNotDropWhoIsAlone) {
  CoDel codel(5ms, 100ms);
  EXPECT_THAT(drops(codel, 1s, 0, 400, true), IsEmpty());
}

// When it comes back soon it goes on at about the rate at which it left off, count - lastcount.
TEST(CoDel, RemembersHowOftenItHadToDrop) {
  CoDel codel(5ms, 100ms);
  EXPECT_THAT(drops(codel, 6ms, 0, 400), ElementsAre(100, 200, 280, 330, 380));
  EXPECT_THAT(drops(codel, 1ms, 400, 410), IsEmpty());
  // Count 5, last 1: it begins with 4, and the next follows 50 ms on.
  EXPECT_THAT(drops(codel, 6ms, 410, 570), ElementsAre(510, 560));
}

// folly/executors/Codel.cpp: an interval whose shortest wait was above the target makes it drop who waited for more
// than twice the target, but never the first of an interval. The very first interval ends with the second request.
TEST(ControlledDelay, DropsWhoWaitedForTwiceTheTargetAfterABadInterval) {
  FollyCodel codel(5ms, 100ms, Time{});
  EXPECT_THAT(drops(codel, 20ms, 0, 20), IsEmpty());
  EXPECT_THAT(drops(codel, 20ms, 20, 150), ElementsAre(20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 130, 140));
  EXPECT_THAT(drops(codel, 10ms, 150, 170), IsEmpty()) << "twice the target, and no more";
}

TEST(ControlledDelay, EndsAfterAnIntervalWithAShortWait) {
  FollyCodel codel(5ms, 100ms, Time{});
  EXPECT_THAT(drops(codel, 20ms, 0, 50), ElementsAre(20, 30, 40));
  EXPECT_THAT(drops(codel, 1ms, 50, 60), IsEmpty());
  EXPECT_THAT(drops(codel, 20ms, 60, 120), ElementsAre(60, 70, 80, 90, 100, 110)) << "until the interval ends";
  EXPECT_THAT(drops(codel, 20ms, 120, 230), IsEmpty());
  EXPECT_THAT(drops(codel, 20ms, 230, 250), ElementsAre(240)) << "a bad one again";
}

// "Fail at scale": whoever comes to a queue that has stood for an interval may wait for the target only, and the newest
// comes first.
TEST(AdaptiveLifo, TurnsAroundWhenTheQueueStands) {
  AdaptiveLifo lifo(5ms, 100ms);
  EXPECT_EQ(lifo.joined(Time{1s}, true), 100ms);
  EXPECT_FALSE(lifo.newest_first(Time{1s}));
  EXPECT_EQ(lifo.joined(Time{1s + 100ms}, false), 100ms);
  EXPECT_FALSE(lifo.newest_first(Time{1s + 100ms}));
  EXPECT_EQ(lifo.joined(Time{1s + 101ms}, false), 5ms);
  EXPECT_TRUE(lifo.newest_first(Time{1s + 101ms}));
  EXPECT_EQ(lifo.joined(Time{2s}, true), 100ms) << "it has been empty";
  EXPECT_FALSE(lifo.newest_first(Time{2s}));
}

TEST(Disciplines, AskForAnIntervalAboveTheTarget) {
  for (const char* type : {"codel", "controlled_delay", "adaptive_lifo"}) {
    test::Found found;
    chosen<QueueDisciplineParams>(type, {{"target", Duration{1s}}}).mutable_params().check(found);
    EXPECT_THAT(found.errors, ElementsAre("/target: is not below the interval")) << type;
  }
}

TEST(Fifo, IsTheOnlyOneThatCostsNothing) {
  for (const auto& entry : QueueDisciplineParams::registry().entries())
    EXPECT_EQ(QueueDisciplineParams::registry().make(entry.type)->plain(), entry.type == "fifo") << entry.type;
}

}  // namespace
}  // namespace windtunnel
