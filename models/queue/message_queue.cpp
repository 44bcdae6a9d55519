#include "models/queue/message_queue.hpp"

#include <algorithm>
#include <cassert>

namespace windtunnel {

using State = Message::State;

std::uint32_t Messages::take() {
  std::uint32_t m = free_;
  if (m == Message::kNone) {
    m = size();
    messages_.emplace_back();
    return m;
  }
  free_ = messages_[m].next;
  const std::uint32_t life = messages_[m].life, turn = messages_[m].turn;
  messages_[m] = {};
  messages_[m].life = life;
  messages_[m].turn = turn;
  return m;
}

void Messages::give_back(std::uint32_t m) {
  Message& message = messages_[m];
  ++message.life;
  ++message.turn;
  message.state = State::kFree;
  message.next = free_;
  free_ = m;
}

MessageQueue::MessageQueue(Messages& messages, std::uint32_t groups, bool in_place)
    : messages_(messages), lines_(std::max(1U, groups)), grouped_(groups > 0), in_place_(in_place || grouped_) {}

void MessageQueue::enter(std::uint32_t m, bool delayed) {
  Message& message = messages_[m];
  message.number = entered_++;
  message.older = newest_;
  message.newer = Message::kNone;
  std::uint32_t& link = newest_ == Message::kNone ? oldest_ : messages_[newest_].newer;
  link = m;
  newest_ = m;
  message.state = State::kDelayed;
  ++delayed_;
  if (!delayed) show(m);
}

void MessageQueue::show(std::uint32_t m) {
  Message& message = messages_[m];
  assert(message.state == State::kDelayed || message.state == State::kInFlight);
  const bool again = message.state == State::kInFlight;
  --(again ? in_flight_ : delayed_);
  ++visible_;
  ++message.turn;
  message.state = State::kVisible;
  Line& line = line_of(m);
  if (again) line.taken = false;
  insert(line, m, again && in_place_);
  if (grouped_) list(message.group);
}

// Those that come back are old: their place is near the head.
void MessageQueue::insert(Line& line, std::uint32_t m, bool in_place) {
  Message& message = messages_[m];
  std::uint32_t after = in_place ? line.head : Message::kNone;
  while (after != Message::kNone && messages_[after].number < message.number) after = messages_[after].next;
  message.next = after;
  message.previous = after == Message::kNone ? line.tail : messages_[after].previous;
  (message.previous == Message::kNone ? line.head : messages_[message.previous].next) = m;
  (after == Message::kNone ? line.tail : messages_[after].previous) = m;
}

void MessageQueue::unlink(Line& line, std::uint32_t m) {
  const Message& message = messages_[m];
  (message.previous == Message::kNone ? line.head : messages_[message.previous].next) = message.next;
  (message.next == Message::kNone ? line.tail : messages_[message.next].previous) = message.previous;
}

void MessageQueue::list(std::uint32_t index) {
  Line& line = lines_[index];
  if (line.listed || line.taken || line.head == Message::kNone) return;
  line.listed = true;
  line.next = Message::kNone;
  (last_line_ == Message::kNone ? first_line_ : lines_[last_line_].next) = index;
  last_line_ = index;
}

std::uint32_t MessageQueue::next() {
  if (!grouped_) return lines_[0].head;
  while (first_line_ != Message::kNone) {
    Line& line = lines_[first_line_];
    if (line.head != Message::kNone && !line.taken) return line.head;
    line.listed = false;
    first_line_ = line.next;
    if (first_line_ == Message::kNone) last_line_ = Message::kNone;
  }
  return Message::kNone;
}

void MessageQueue::take(std::uint32_t m) {
  Message& message = messages_[m];
  assert(message.state == State::kVisible);
  Line& line = line_of(m);
  unlink(line, m);
  line.taken = grouped_;
  --visible_;
  ++in_flight_;
  ++message.turn;
  message.state = State::kInFlight;
  ++message.receives;
}

void MessageQueue::let_go(std::uint32_t m) {
  if (!grouped_) return;
  line_of(m).taken = false;
  list(messages_[m].group);
}

void MessageQueue::remove(std::uint32_t m) {
  Message& message = messages_[m];
  switch (message.state) {
    case State::kVisible:
      unlink(line_of(m), m);
      --visible_;
      break;
    case State::kInFlight:
      --in_flight_;
      let_go(m);
      break;
    case State::kDelayed:
      --delayed_;
      break;
    case State::kFree:
    case State::kOutside:
    case State::kGone:
      assert(false);
  }
  (message.older == Message::kNone ? oldest_ : messages_[message.older].newer) = message.newer;
  (message.newer == Message::kNone ? newest_ : messages_[message.newer].older) = message.older;
  message.state = State::kGone;
  ++message.turn;
}

}  // namespace windtunnel
