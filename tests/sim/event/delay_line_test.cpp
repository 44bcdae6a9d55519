#include "sim/event/delay_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

struct Objects {
  std::vector<Links> links;
  Links& operator()(std::uint32_t i) { return links[i]; }
};

TEST(DelayLine, IsAQueueOfWhatWasAppended) {
  Objects objects{std::vector<Links>(5)};
  DelayLine line;
  EXPECT_TRUE(line.empty());
  EXPECT_EQ(line.head(), DelayLine::kNone);
  for (const std::uint32_t i : {3U, 0U, 4U}) line.append(i, objects);
  EXPECT_FALSE(line.empty());
  for (const std::uint32_t i : {3U, 0U, 4U}) {
    ASSERT_EQ(line.head(), i);
    line.remove(i, objects);
  }
  EXPECT_TRUE(line.empty());
}

TEST(DelayLine, LetsGoFromTheMiddleAndFromTheEnd) {
  Objects objects{std::vector<Links>(4)};
  DelayLine line;
  for (std::uint32_t i = 0; i < 4; ++i) line.append(i, objects);
  line.remove(3, objects);
  line.remove(1, objects);
  line.append(3, objects);
  std::vector<std::uint32_t> seen;
  while (!line.empty()) {
    seen.push_back(line.head());
    line.remove(line.head(), objects);
  }
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{0, 2, 3}));
}

TEST(DelayLine, AgreesWithADequeUnderRandomUse) {
  Stream words(1, "line", 0);
  Objects objects{std::vector<Links>(64)};
  DelayLine line;
  std::deque<std::uint32_t> reference;
  std::vector<bool> in(64, false);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint32_t object = words.below(64);
    if (in[object]) {
      line.remove(object, objects);
      reference.erase(std::find(reference.begin(), reference.end(), object));
    } else {
      line.append(object, objects);
      reference.push_back(object);
    }
    in[object] = !in[object];
    ASSERT_EQ(line.empty(), reference.empty());
    ASSERT_EQ(line.head(), reference.empty() ? DelayLine::kNone : reference.front());
  }
}

}  // namespace
}  // namespace windtunnel
