// The calendar against the plainest thing that does the same: a sorted set.

#include "sim/event/event_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

constexpr std::int64_t kMicrosecond = 1000, kMillisecond = 1000 * kMicrosecond, kSecond = 1000 * kMillisecond;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max();

// The queue and its reference, driven side by side. Every answer of the one is compared with the other's.
class Pair {
 public:
  std::int64_t now = 0;

  void push(std::int64_t delay) {
    const std::int64_t time = delay > kLongest - now ? kLongest : now + delay;
    const std::uint64_t order = sequence_++ << 8 | 1;
    const auto target = static_cast<std::uint32_t>(order >> 8);
    queue_.push(Event::make(time, order, target, ~target));
    reference_.emplace(time, order);
  }

  std::uint64_t next_order() { return sequence_++ << 8; }  // an outside event takes a place in the order

  // Is there something before (time, order)? Both must say the same. Time may not run backwards.
  bool peek(std::int64_t time, std::uint64_t order = ~std::uint64_t{0}) {
    const bool expected = !reference_.empty() && *reference_.begin() < std::tuple(time, order);
    EXPECT_EQ(queue_.has_before(time, order), expected) << "at " << now << ", looking up to " << time;
    return expected;
  }
  void pop() {
    const Event e = queue_.pop();
    const auto [time, order] = *reference_.begin();
    reference_.erase(reference_.begin());
    if (e.time != time || e.order != order) ++wrong_;
    if (e.target() != static_cast<std::uint32_t>(order >> 8) || e.stamp() != ~e.target()) ++wrong_;
    now = time;
    ++pops_;
  }
  bool pop_next() {
    if (!peek(kLongest)) return false;
    pop();
    return true;
  }
  // What the simulation does with an event of its own at `time`: all before it, then the clock stands there.
  void run_until(std::int64_t time, std::uint64_t order = ~std::uint64_t{0}) {
    while (peek(time, order)) pop();
    now = std::max(now, time);
  }
  // Asks for nothing beyond the last event: that would let the queue go there, and later events lie behind it.
  void drain() {
    while (pending() > 0 && pop_next()) {
    }
  }
  std::size_t pending() const { return reference_.size(); }
  std::uint64_t pops() const { return pops_; }

  void expect_agreement() const {
    EXPECT_EQ(wrong_, 0U) << "of " << pops_ << " events";
    EXPECT_EQ(queue_.size(), reference_.size());
  }

 private:
  EventQueue queue_;
  std::set<std::tuple<std::int64_t, std::uint64_t>> reference_;
  std::uint64_t sequence_ = 0, pops_ = 0, wrong_ = 0;
};

using Delay = std::function<std::int64_t(Stream&)>;

std::int64_t exponential(Stream& words, double mean) {
  return static_cast<std::int64_t>(-mean * std::log(words.uniform()));
}

struct Shape {
  const char* name;
  Delay delay;
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      {"exponential", [](Stream& w) { return exponential(w, 10.0 * kMillisecond); }},
      {"uniform", [](Stream& w) { return static_cast<std::int64_t>(w.uniform() * 2 * kMillisecond); }},
      {"constant", [](Stream&) { return 3 * kMillisecond; }},
      {"whole milliseconds", [](Stream& w) { return std::int64_t{w.below(20)} * kMillisecond; }},
      {"mostly at once", [](Stream& w) { return w.below(4) != 0 ? 0 : exponential(w, 1.0 * kMillisecond); }},
      {"1 ms, 10 ms or 30 s",
       [](Stream& w) {
         const std::uint32_t u = w.below(10);
         return u < 6 ? kMillisecond : u < 9 ? 10 * kMillisecond : 30 * kSecond;
       }},
      {"nanoseconds to hours", [](Stream& w) { return static_cast<std::int64_t>(std::pow(10.0, 13.5 * w.uniform())); }},
      {"two lumps",
       [](Stream& w) { return w.below(2) == 0 ? std::int64_t{w.below(50)} : kHour + std::int64_t{w.below(50)}; }},
  };
  return all;
}

class HoldModel : public testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

// Each event that comes makes another: the classical measure of an event list (Vaucher and Duval 1975). Long enough
// for the width to be adapted several times.
TEST_P(HoldModel, GivesEventsInTheOrderOfASortedSet) {
  const auto [shape, pending] = GetParam();
  const Delay& delay = shapes()[shape].delay;
  Stream words(7, shapes()[shape].name, pending);
  Pair pair;
  for (std::size_t i = 0; i < pending; ++i) pair.push(delay(words));
  for (int i = 0; i < 60'000; ++i) {
    ASSERT_TRUE(pair.pop_next());
    pair.push(delay(words));
  }
  pair.drain();
  pair.expect_agreement();
  EXPECT_EQ(pair.pops(), 60'000 + pending);
}

INSTANTIATE_TEST_SUITE_P(EveryShape, HoldModel,
                         testing::Combine(testing::Range(std::size_t{0}, std::size_t{8}),
                                          testing::Values(1, 2, 23, 24, 25, 200, 5000)),
                         [](const auto& test) {
                           std::string name = shapes()[std::get<0>(test.param)].name;
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
                           return name + "_" + std::to_string(std::get<1>(test.param)) + "_pending";
                         });

TEST(EventQueue, IsEmptyAtFirstAndAgainWhenEverythingHasHappened) {
  EventQueue queue;
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_FALSE(queue.has_before(kLongest, ~std::uint64_t{0}));
  queue.push(Event::make(5, 1 << 8, 0, 0));
  EXPECT_EQ(queue.size(), 1U);
  ASSERT_TRUE(queue.has_before(kLongest, ~std::uint64_t{0}));
  EXPECT_EQ(queue.pop().time, 5);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_FALSE(queue.has_before(kLongest, ~std::uint64_t{0}));
}

TEST(EventQueue, OfEventsAtOneInstantTheFirstScheduledComesFirst) {
  for (const std::int64_t when : {std::int64_t{0}, std::int64_t{1}, kSecond, 400 * kHour}) {
    Pair pair;
    for (int i = 0; i < 10'000; ++i) pair.push(when);
    pair.push(when + 1);
    pair.drain();
    pair.expect_agreement();
  }
}

TEST(EventQueue, TakesEventsForTheInstantThatItIsIn) {
  // Bursts at one instant while that instant's events are coming out, more than the sorted front holds.
  Stream words(1, "bursts", 0);
  Pair pair;
  pair.push(0);
  std::uint64_t made = 1;
  while (pair.pop_next() && made < 200'000) {
    const std::uint32_t burst = pair.pending() > 3000 ? 0 : words.below(4);
    for (std::uint32_t i = 0; i < burst; ++i, ++made) pair.push(words.below(3) == 0 ? kMillisecond : 0);
    if (pair.pending() == 0) pair.push(kMillisecond), ++made;
  }
  pair.drain();
  pair.expect_agreement();
  EXPECT_EQ(pair.pops(), made);
}

TEST(EventQueue, HoldsManyEventsInOneBucket) {
  // 2 to 3000 events within a microsecond, far less than a bucket's width, while later ones are pushed between them.
  Stream words(2, "crowd", 0);
  for (const int crowd : {2, 23, 24, 25, 26, 48, 49, 100, 3000}) {
    Pair pair;
    for (int round = 0; round < 20; ++round) {
      for (int i = 0; i < crowd; ++i) pair.push(kMillisecond + words.below(1000));
      while (pair.pending() > static_cast<std::size_t>(crowd) / 3) {
        ASSERT_TRUE(pair.pop_next());
        if (words.below(4) == 0) pair.push(words.below(600));
      }
    }
    pair.drain();
    pair.expect_agreement();
  }
}

TEST(EventQueue, FindsEventsFarAheadAfterLongIdleGaps) {
  Stream words(3, "gaps", 0);
  Pair pair;
  for (int round = 0; round < 400; ++round) {
    // Nothing for anything between a nanosecond and a year, then a handful close together.
    const auto gap = static_cast<std::int64_t>(std::pow(10.0, 16.4 * words.uniform()));
    const std::uint32_t handful = 1 + words.below(40);
    for (std::uint32_t i = 0; i < handful; ++i) pair.push(gap + words.below(2000));
    if (words.below(2) == 0) pair.push(gap / 2);
    pair.drain();
    if (pair.now > kLongest / 4) break;
  }
  pair.expect_agreement();
}

TEST(EventQueue, LosesNothingAtTheEdgesOfItsWheel) {
  // Whatever the width and the number of buckets: events around multiples of powers of two ahead of a clock that stands
  // anywhere.
  for (unsigned width = 15; width < 19; ++width) {
    const std::int64_t bucket = std::int64_t{1} << width, wheel = bucket << 10;
    for (std::int64_t start = 0; start < 130; ++start) {
      for (std::int64_t offset = -2; offset <= 2; ++offset) {
        Pair pair;
        pair.push(start * bucket);
        pair.drain();
        pair.push(wheel + offset * bucket);
        pair.drain();
        pair.push(wheel + offset * bucket);
        pair.push(3 * wheel);
        pair.drain();
        pair.expect_agreement();
      }
    }
  }
}

TEST(EventQueue, KeepsOrderAtTheEndOfTime) {
  Pair pair;
  for (int i = 0; i < 50; ++i) {
    pair.push(kLongest);
    pair.push(kLongest - i);
    pair.push(i);
  }
  while (pair.pending() > 10) {
    ASSERT_TRUE(pair.peek(kLongest));
    pair.pop();
  }
  pair.expect_agreement();
}

TEST(EventQueue, LooksNoFurtherThanItIsAsked) {
  // Peeks with all kinds of limits in between, as sources and the end of a run make them; the clock then stands at the
  // limit and events are pushed from there.
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Stream words(seed, "peeks", 0);
    const Delay& delay = shapes()[words.below(8)].delay;
    const double step = std::pow(10.0, 3 + 7 * words.uniform());
    Pair pair;
    for (int i = 0; i < 8000; ++i) {
      const std::uint32_t pushes = words.below(pair.pending() > 500 ? 2 : 4);
      for (std::uint32_t k = 0; k < pushes; ++k) pair.push(delay(words));
      if (words.below(3) == 0) {
        // Up to an outside event of this moment: events at its instant that were scheduled earlier come before it.
        const std::uint64_t order = pair.next_order();
        if (words.below(2) == 0) pair.push(0);  // … and later ones do not
        pair.run_until(pair.now + exponential(words, step), order);
      } else {
        pair.run_until(pair.now + exponential(words, step));
      }
    }
    pair.drain();
    pair.expect_agreement();
  }
}

TEST(EventQueue, AnOutsideEventOfTheSameInstantKeepsItsPlaceInTheOrder) {
  Pair pair;
  pair.push(kSecond);
  const std::uint64_t outside = pair.next_order();
  pair.push(kSecond);
  EXPECT_TRUE(pair.peek(kSecond, outside));
  pair.pop();
  EXPECT_FALSE(pair.peek(kSecond, outside));
  EXPECT_TRUE(pair.peek(kSecond));
  pair.drain();
  pair.expect_agreement();
}

TEST(EventQueue, AdaptsToLoadsThatChangeByOrdersOfMagnitude) {
  // Millions of events: the wheel is rebuilt when the mean gap or the number pending moves away from what it was.
  Stream words(5, "tides", 0);
  Pair pair;
  std::uint64_t made = 0;
  for (const double mean : {1e9, 1e3, 1e6, 1e11, 1e4, 10.0, 1e7}) {
    for (const std::size_t pending : {20U, 20'000U, 3U, 2000U}) {
      while (pair.pending() < pending) pair.push(exponential(words, mean)), ++made;
      for (int i = 0; i < 40'000; ++i) {
        ASSERT_TRUE(pair.pop_next());
        if (pair.pending() < pending) pair.push(exponential(words, mean)), ++made;
      }
      while (pair.pending() > pending) ASSERT_TRUE(pair.pop_next());
    }
  }
  pair.drain();
  pair.expect_agreement();
  EXPECT_EQ(pair.pops(), made);
  EXPECT_GT(made, 1'000'000U);
}

TEST(EventQueue, RandomWorkloadsOfEveryKindAgreeWithASortedSet) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Stream words(seed, "anything", 0);
    Pair pair;
    for (int phase = 0; phase < 12; ++phase) {
      const Delay& delay = shapes()[words.below(8)].delay;
      const std::uint32_t growth = words.below(3), rounds = 1 + words.below(800);
      for (std::uint32_t i = 0; i < rounds; ++i) {
        const std::uint32_t pushes = growth == 0 ? words.below(2) : growth == 1 ? words.below(3) : words.below(5);
        for (std::uint32_t k = 0; k < pushes; ++k) pair.push(delay(words));
        switch (words.below(4)) {
          case 0:
            pair.run_until(pair.now + exponential(words, 1.0 * kMillisecond));
            break;
          case 1:
            pair.peek(pair.now + std::int64_t{words.below(2'000'000'000)});
            break;
          default:
            pair.pop_next();
        }
      }
    }
    pair.drain();
    pair.expect_agreement();
    if (testing::Test::HasFailure()) FAIL() << "first with seed " << seed;
  }
}

}  // namespace
}  // namespace windtunnel
