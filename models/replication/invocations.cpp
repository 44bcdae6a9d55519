// Queues whose consumer is made of functions: the platform reads the queue and invokes them.

#include <algorithm>

#include "models/replication/queues.hpp"

namespace windtunnel {

void Replication::Queues::invoke(Queue& queue) {
  Invocations& own = *queue.invocations;
  while (own.now < own.allowed) {
    const std::uint32_t m = next_deliverable(queue);
    if (m == kNone) return;
    ++own.now;
    deliver(queue, m, kNone);
  }
  pace(queue);
}

// While messages wait one more is allowed every so often, and one less as often while none does. The way up is AWS's;
// of the way down it says only that it is taken when there is little to do.
void Replication::Queues::pace(Queue& queue) {
  Invocations& own = *queue.invocations;
  if (own.paced) return;
  own.paced = true;
  run_.sim_.after(own.terms->until_one_more(), [this, &queue] {
    Invocations& its = *queue.invocations;
    its.paced = false;
    const bool wait = queue.messages.visible() > 0;
    const auto least = std::max(its.now, static_cast<std::uint32_t>(its.terms->initial_concurrency));
    if (!wait && its.allowed > least) --its.allowed;
    if (wait && its.allowed < its.terms->maximum_concurrency) {
      ++its.allowed;
      give_out_soon(queue);
    }
    const bool at_rest = wait ? its.allowed >= its.terms->maximum_concurrency
                              : its.allowed <= static_cast<std::uint32_t>(its.terms->initial_concurrency);
    if (!at_rest) pace(queue);
  });
}

// No function was free for it, and none could be started.
void Replication::Queues::try_again(Queue& queue, std::uint32_t m) {
  const std::uint32_t turn = messages_[m].turn, life = messages_[m].life;
  run_.sim_.after(queue.invocations->terms->throttle_retry, [this, &queue, m, turn, life] {
    const Message& message = messages_[m];
    if (message.life == life && message.turn == turn && message.state == Message::State::kInFlight)
      return hand_over(queue, m, kNone);
    --queue.invocations->now;
    give_out_soon(queue);
  });
}

}  // namespace windtunnel
