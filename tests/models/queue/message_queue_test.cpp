// The order in which messages wait and are given out.

#include "models/queue/message_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace windtunnel {
namespace {

using testing::ElementsAre;
using State = Message::State;

class MessageQueueTest : public testing::Test {
 protected:
  std::uint32_t put(MessageQueue& queue, std::uint32_t group = 0, bool delayed = false) {
    const std::uint32_t m = messages_.take();
    messages_[m].group = group;
    queue.enter(m, delayed);
    return m;
  }
  std::uint32_t receive(MessageQueue& queue) {
    const std::uint32_t m = queue.next();
    if (m != Message::kNone) queue.take(m);
    return m;
  }
  std::vector<std::uint32_t> receive_all(MessageQueue& queue) {
    std::vector<std::uint32_t> out;
    while (queue.next() != Message::kNone) out.push_back(receive(queue));
    return out;
  }

  Messages messages_;
};

TEST_F(MessageQueueTest, GivesOutInTheOrderOfSending) {
  MessageQueue queue(messages_, 0, false);
  const auto a = put(queue), b = put(queue), c = put(queue);
  EXPECT_EQ(queue.visible(), 3);
  EXPECT_THAT(receive_all(queue), ElementsAre(a, b, c));
  EXPECT_EQ(queue.visible(), 0);
  EXPECT_EQ(queue.in_flight(), 3);
  EXPECT_EQ(messages_[b].receives, 1U);
}

TEST_F(MessageQueueTest, PutsWhatComesBackAtTheEndWhereItIsPolled) {
  MessageQueue queue(messages_, 0, false);
  const auto a = put(queue), b = put(queue);
  receive(queue);
  const auto c = put(queue);
  queue.show(a);
  EXPECT_THAT(receive_all(queue), ElementsAre(b, c, a));
  EXPECT_EQ(messages_[a].receives, 2U);
}

TEST_F(MessageQueueTest, PutsWhatComesBackInItsPlaceWhereABrokerDoes) {
  MessageQueue queue(messages_, 0, true);
  const auto a = put(queue), b = put(queue), c = put(queue), d = put(queue);
  receive(queue);
  receive(queue);
  receive(queue);
  queue.show(c);
  queue.show(a);
  queue.show(b);
  EXPECT_THAT(receive_all(queue), ElementsAre(a, b, c, d));
}

TEST_F(MessageQueueTest, HidesWhatIsDelayed) {
  MessageQueue queue(messages_, 0, false);
  const auto late = put(queue, 0, true), early = put(queue);
  EXPECT_EQ(queue.delayed(), 1);
  EXPECT_EQ(queue.oldest(), late);
  EXPECT_THAT(receive_all(queue), ElementsAre(early));
  queue.show(late);
  EXPECT_EQ(queue.delayed(), 0);
  EXPECT_THAT(receive_all(queue), ElementsAre(late));
}

TEST_F(MessageQueueTest, GivesOutOneOfAGroupAtATime) {
  MessageQueue queue(messages_, 2, false);
  const auto a0 = put(queue, 0), a1 = put(queue, 0), b0 = put(queue, 1), a2 = put(queue, 0);
  EXPECT_THAT(receive_all(queue), ElementsAre(a0, b0));
  EXPECT_EQ(queue.visible(), 2);
  queue.remove(a0);
  EXPECT_THAT(receive_all(queue), ElementsAre(a1));
  queue.show(a1);  // it failed: its group waits for it
  EXPECT_THAT(receive_all(queue), ElementsAre(a1));
  queue.remove(a1);
  EXPECT_THAT(receive_all(queue), ElementsAre(a2));
  queue.remove(b0);
  EXPECT_EQ(receive(queue), Message::kNone);
}

TEST_F(MessageQueueTest, LetsAGroupGoOnWithoutAMessageThatIsTakenOutWhileItWaits) {
  MessageQueue queue(messages_, 1, false);
  const auto a = put(queue), b = put(queue);
  queue.remove(a);
  EXPECT_EQ(messages_[a].state, State::kGone);
  EXPECT_THAT(receive_all(queue), ElementsAre(b));
}

TEST_F(MessageQueueTest, KnowsItsOldest) {
  MessageQueue queue(messages_, 0, false);
  const auto a = put(queue), b = put(queue), c = put(queue);
  EXPECT_EQ(queue.oldest(), a);
  receive(queue);
  EXPECT_EQ(queue.oldest(), a) << "in flight it is still there";
  queue.remove(b);
  EXPECT_EQ(queue.oldest(), a);
  queue.remove(a);
  EXPECT_EQ(queue.oldest(), c);
  queue.remove(c);
  EXPECT_EQ(queue.oldest(), Message::kNone);
  EXPECT_EQ(queue.all(), 0);
}

TEST_F(MessageQueueTest, VoidsWhatWasToHappenToAMessageThatMovedOn) {
  MessageQueue queue(messages_, 0, false);
  const auto a = put(queue);
  const std::uint32_t waiting = messages_[a].turn;
  receive(queue);
  const std::uint32_t taken = messages_[a].turn;
  EXPECT_NE(waiting, taken);
  queue.show(a);
  EXPECT_NE(messages_[a].turn, taken);
  queue.remove(a);
  const std::uint32_t life = messages_[a].life;
  messages_.give_back(a);
  EXPECT_EQ(messages_.take(), a);
  EXPECT_NE(messages_[a].life, life);
  EXPECT_EQ(messages_[a].receives, 0U);
}

}  // namespace
}  // namespace windtunnel
