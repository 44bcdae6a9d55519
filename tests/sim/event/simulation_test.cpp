#include "sim/event/simulation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

// Writes down what happens: "e7@3" for event 7 at 3 ns, "s0@4" for source 0.
struct Diary {
  Simulation& sim;
  std::vector<std::string> lines{};
  std::vector<std::vector<std::int64_t>> moments{};  // of each source, in reverse

  void write(const std::string& what) { lines.push_back(what + "@" + std::to_string(sim.now_ns())); }
  void on_event(unsigned kind, std::uint32_t target, std::uint32_t) {
    write("e" + std::to_string(target) + (kind == 1 ? "" : "/" + std::to_string(kind)));
  }
  void on_source(std::uint32_t source) {
    write("s" + std::to_string(source));
    arm(source);
  }
  void arm(std::uint32_t source) {
    std::int64_t next = kNever.count();
    if (!moments[source].empty()) {
      next = moments[source].back();
      moments[source].pop_back();
    }
    sim.set_source(source, next);
  }
  std::uint32_t source(std::vector<std::int64_t> when) {
    moments.emplace_back(when.rbegin(), when.rend());
    const std::uint32_t id = sim.add_source();
    arm(id);
    return id;
  }
  bool run(std::int64_t end, std::uint64_t most = ~std::uint64_t{0}) { return sim.run_until(Time{end}, *this, most); }
};

TEST(Simulation, BeginsAtZeroAndRunsAnEmptyCalendarToItsEnd) {
  Simulation sim;
  Diary diary{sim};
  EXPECT_EQ(sim.now(), Time{0});
  EXPECT_TRUE(diary.run(50));
  EXPECT_EQ(sim.now_ns(), 50);
  EXPECT_THAT(diary.lines, IsEmpty());
}

TEST(Simulation, DispatchesEventsInTimeOrderWithTheirKindAndTarget) {
  Simulation sim;
  Diary diary{sim};
  sim.schedule(30, 255, 1, 0);
  sim.schedule(10, 1, 2, 0);
  sim.schedule(20, 2, 3, 0);
  EXPECT_TRUE(diary.run(100));
  EXPECT_THAT(diary.lines, ElementsAre("e2@10", "e3/2@20", "e1/255@30"));
}

TEST(Simulation, IncludesWhatHappensAtItsEndAndNothingLater) {
  Simulation sim;
  Diary diary{sim};
  sim.schedule(100, 1, 1, 0);
  sim.schedule(101, 1, 2, 0);
  diary.source({100, 101});
  EXPECT_TRUE(diary.run(100));
  EXPECT_THAT(diary.lines, ElementsAre("e1@100", "s0@100"));
  EXPECT_TRUE(diary.run(101));
  EXPECT_THAT(diary.lines, ElementsAre("e1@100", "s0@100", "e2@101", "s0@101"));
}

TEST(Simulation, StopsAfterSoManyEventsAndGoesOnWhereItWas) {
  Simulation sim;
  Diary diary{sim};
  for (std::uint32_t i = 0; i < 5; ++i) sim.schedule(10 * (i + 1), 1, i, 0);
  diary.source({25});
  EXPECT_FALSE(diary.run(100, 2));
  EXPECT_THAT(diary.lines, ElementsAre("e0@10", "e1@20"));
  EXPECT_EQ(sim.now_ns(), 20);
  EXPECT_FALSE(diary.run(100, 1));
  EXPECT_THAT(diary.lines, ElementsAre("e0@10", "e1@20", "s0@25"));
  EXPECT_TRUE(diary.run(100, 100));
  EXPECT_EQ(diary.lines.size(), 6U);
  EXPECT_EQ(sim.now_ns(), 100);
}

TEST(Simulation, SourcesAndEventsOfOneInstantComeInTheOrderInWhichTheyWereSet) {
  Simulation sim;
  Diary diary{sim};
  sim.schedule(7, 1, 1, 0);
  diary.source({7, 7, 9});
  sim.schedule(7, 1, 2, 0);
  diary.source({7});
  sim.at(Time{7}, [&] { diary.write("c"); });
  EXPECT_TRUE(diary.run(10));
  // Source 0's second arrival was set while its first was handled, after all the others.
  EXPECT_THAT(diary.lines, ElementsAre("e1@7", "s0@7", "e2@7", "s1@7", "c@7", "s0@7", "s0@9"));
}

TEST(Simulation, ASourceCanBeMovedForwardsBackwardsAndSilenced) {
  Simulation sim;
  Diary diary{sim};
  const auto a = diary.source({50}), b = diary.source({40}), c = diary.source({60});
  sim.set_source(a, 10);
  sim.set_source(b, 70);
  sim.set_source(c, kNever.count());
  EXPECT_TRUE(diary.run(100));
  EXPECT_THAT(diary.lines, ElementsAre("s0@10", "s1@70"));
}

TEST(Simulation, CallbacksRunOnceAtTheirMoment) {
  Simulation sim;
  Diary diary{sim};
  sim.at(Time{20}, [&] { diary.write("b"); });
  sim.after(Duration{10}, [&] {
    diary.write("a");
    sim.after(Duration{5}, [&] { diary.write("a2"); });
  });
  EXPECT_TRUE(diary.run(30));
  EXPECT_THAT(diary.lines, ElementsAre("a@10", "a2@15", "b@20"));
}

TEST(Simulation, ACallbackForThePastRunsNow) {
  Simulation sim;
  Diary diary{sim};
  sim.at(Time{10}, [&] { sim.at(Time{3}, [&] { diary.write("late"); }); });
  EXPECT_TRUE(diary.run(20));
  EXPECT_THAT(diary.lines, ElementsAre("late@10"));
}

TEST(Simulation, ACancelledCallbackDoesNotRun) {
  Simulation sim;
  Diary diary{sim};
  const auto id = sim.at(Time{10}, [&] { diary.write("no"); });
  sim.at(Time{10}, [&] { diary.write("yes"); });
  sim.cancel(id);
  EXPECT_TRUE(diary.run(20));
  EXPECT_THAT(diary.lines, ElementsAre("yes@10"));
}

TEST(Simulation, CancellingWhatHasHappenedTouchesNobodyElse) {
  Simulation sim;
  Diary diary{sim};
  const auto old = sim.at(Time{10}, [&] { diary.write("first"); });
  EXPECT_TRUE(diary.run(15));
  sim.at(Time{20}, [&] { diary.write("second"); });  // may live where the first one did
  sim.cancel(old);
  sim.cancel(old);
  sim.cancel({});
  EXPECT_TRUE(diary.run(30));
  EXPECT_THAT(diary.lines, ElementsAre("first@10", "second@20"));
}

TEST(Simulation, ACancelledPlaceIsUsedAgainWithoutTheOldEventFiring) {
  Simulation sim;
  Diary diary{sim};
  const auto id = sim.at(Time{10}, [&] { diary.write("old"); });
  sim.cancel(id);
  sim.at(Time{30}, [&] { diary.write("new"); });
  EXPECT_TRUE(diary.run(40));
  EXPECT_THAT(diary.lines, ElementsAre("new@30"));
}

TEST(Simulation, ACallbackMayCancelAnotherOfItsInstant) {
  Simulation sim;
  Diary diary{sim};
  Simulation::CallbackId second;
  sim.at(Time{10}, [&] { sim.cancel(second); });
  second = sim.at(Time{10}, [&] { diary.write("no"); });
  EXPECT_TRUE(diary.run(20));
  EXPECT_THAT(diary.lines, IsEmpty());
}

TEST(Simulation, MergesManySourcesAndEventsIntoOneOrder) {
  // Times from a small range, so that there are ties everywhere. The diary must be sorted by time, and hold everything.
  Stream words(9, "merge", 0);
  Simulation sim;
  Diary diary{sim};
  std::size_t made = 0;
  for (int s = 0; s < 12; ++s) {
    std::vector<std::int64_t> when;
    for (int i = 0; i < 500; ++i, ++made) when.push_back(words.below(3000));
    std::sort(when.begin(), when.end());
    diary.source(when);
  }
  for (std::uint32_t i = 0; i < 5000; ++i, ++made) sim.schedule(words.below(3000), 1, i, 0);
  for (int i = 0; i < 500; ++i, ++made) sim.at(Time{words.below(3000)}, [&] { diary.write("c"); });
  std::int64_t end = 0;
  while (end < 4000) {
    end += words.below(40);
    while (!diary.run(end, 1 + words.below(30))) {
    }
    ASSERT_EQ(sim.now_ns(), end);
  }
  EXPECT_EQ(diary.lines.size(), made);
  std::int64_t last = 0;
  for (const std::string& line : diary.lines) {
    const std::int64_t at = std::stoll(line.substr(line.find('@') + 1));
    ASSERT_GE(at, last);
    last = at;
  }
}

}  // namespace
}  // namespace windtunnel
