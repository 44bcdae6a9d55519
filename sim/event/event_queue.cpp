#include "sim/event/event_queue.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace windtunnel {
namespace {

struct Later {  // makes std:: heaps min-heaps
  bool operator()(const Event& a, const Event& b) const { return b.before(a); }
};

constexpr unsigned kFirstShift = 17;  // 131 µs, until the first measurement
constexpr std::size_t kLeastBuckets = 1024;
constexpr std::size_t kMostBuckets = std::size_t{1} << 20;
constexpr std::uint32_t kFirstRetune = 512;
constexpr std::uint32_t kLeastBetweenRetunes = 8192;

}  // namespace

EventQueue::EventQueue()
    : mask_(kLeastBuckets - 1),
      shift_(kFirstShift),
      heads_(kLeastBuckets, kNone),
      occupied_(kLeastBuckets / 64, 0),
      tuned_pops_(kFirstRetune),
      until_retune_(kFirstRetune) {}

// Keeps all of the front before all of the spill.
void EventQueue::push_crowded(const Event& e) {
  const bool to_front = spill_.empty() ? e.before(front_[0]) : e.before(spill_.front());
  if (!to_front) {
    spill_.push_back(e);
  } else {
    if (front_size_ < kFront) return insert_front(e);
    if (front_[0].before(e)) {
      spill_.push_back(e);
    } else {
      spill_.push_back(front_[0]);
      std::copy(front_.begin() + 1, front_.end(), front_.begin());
      --front_size_;
      insert_front(e);
    }
  }
  std::push_heap(spill_.begin(), spill_.end(), Later{});
}

void EventQueue::refill_front() {
  const std::size_t n = std::min(kFront / 2, spill_.size());  // half: room for newcomers
  for (std::size_t i = n; i-- > 0;) {
    std::pop_heap(spill_.begin(), spill_.end(), Later{});
    front_[i] = spill_.back();
    spill_.pop_back();
  }
  front_size_ = n;
}

void EventQueue::push_far(const Event& e, std::uint64_t bucket) {
  far_.push_back(e);
  std::push_heap(far_.begin(), far_.end(), Later{});
  far_bucket_ = std::min(far_bucket_, bucket);
}

bool EventQueue::open_next(std::uint64_t limit) {
  // The first occupied bucket of the wheel up to the limit, a word of the bitmap at a time.
  const std::uint64_t last = std::min(limit, current_ + mask_);
  std::uint64_t found = ~std::uint64_t{0};
  for (std::uint64_t bucket = current_ + 1; bucket <= last;) {
    const std::uint64_t slot = bucket & mask_;
    const std::uint64_t word = occupied_[slot >> 6] >> (slot & 63);
    if (word != 0) {
      found = bucket + static_cast<std::uint64_t>(std::countr_zero(word));
      break;
    }
    bucket += 64 - (slot & 63);
  }
  const std::uint64_t next = std::min(found, far_bucket_);
  if (next > limit) {
    current_ = limit;
    return false;
  }
  current_ = next;
  if (found == next) {
    const std::uint64_t slot = next & mask_;
    std::uint32_t node = heads_[slot];
    heads_[slot] = kNone;
    occupied_[slot >> 6] &= ~(std::uint64_t{1} << (slot & 63));
    while (node != kNone) {
      const std::uint32_t after = nodes_[node].next;
      push_front(nodes_[node].event);
      nodes_[node].next = free_;
      free_ = node;
      node = after;
    }
  }
  while (far_bucket_ == next) {
    push_front(far_.front());
    std::pop_heap(far_.begin(), far_.end(), Later{});
    far_.pop_back();
    far_bucket_ = far_.empty() ? ~std::uint64_t{0} : static_cast<std::uint64_t>(far_.front().time) >> shift_;
  }
  return true;
}

// Two to four times the mean gap per bucket, and a wheel that holds about eight times what is pending. Any width within
// a factor of eight is as good (measured), so small drifts are left alone.
void EventQueue::retune() {
  const std::int64_t gap = (last_time_ - tuned_at_) / std::max<std::int64_t>(1, tuned_pops_);
  const auto shift =
      1 + static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(1, gap))));
  const std::size_t buckets = std::clamp(std::bit_ceil(size_ * 8), kLeastBuckets, kMostBuckets);
  const unsigned drift = shift > shift_ ? shift - shift_ : shift_ - shift;
  if (drift >= 2 || buckets > (mask_ + 1) * 2 || (mask_ + 1) > buckets * 16) rebuild(shift, buckets);
  tuned_at_ = last_time_;
  tuned_pops_ = static_cast<std::uint32_t>(std::clamp<std::size_t>(size_, kLeastBetweenRetunes, 1u << 30));
  until_retune_ = tuned_pops_;
}

void EventQueue::rebuild(unsigned shift, std::size_t buckets) {
  std::vector<Event> all;
  all.reserve(size_);
  all.insert(all.end(), front_.begin(), front_.begin() + static_cast<std::ptrdiff_t>(front_size_));
  all.insert(all.end(), spill_.begin(), spill_.end());
  all.insert(all.end(), far_.begin(), far_.end());
  for (std::uint32_t head : heads_)
    for (std::uint32_t node = head; node != kNone; node = nodes_[node].next) all.push_back(nodes_[node].event);
  assert(all.size() == size_);

  front_size_ = 0;
  spill_.clear();
  far_.clear();
  far_bucket_ = ~std::uint64_t{0};
  nodes_.clear();
  free_ = kNone;
  heads_.assign(buckets, kNone);
  occupied_.assign(buckets / 64, 0);
  mask_ = buckets - 1;
  shift_ = shift;
  current_ = static_cast<std::uint64_t>(last_time_) >> shift_;
  size_ = 0;
  for (const Event& e : all) push(e);
}

}  // namespace windtunnel
