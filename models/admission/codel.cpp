#include "models/admission/codel.hpp"
#include "models/admission/target_and_interval.hpp"

#include <cmath>

#include "models/admission/types.hpp"

namespace windtunnel {

bool CoDel::above(Time now, Duration waited, bool last) {
  if (waited < target_ || last) {
    first_above_ = kNever;
    return false;
  }
  if (first_above_ == kNever) {
    first_above_ = now + interval_;
    return false;
  }
  return now >= first_above_;
}

Time CoDel::next_after(Time from) const {
  return from + Duration{std::llrint(static_cast<double>(interval_.count()) / std::sqrt(static_cast<double>(count_)))};
}

bool CoDel::drops(Time now, Duration waited, bool last) {
  const bool bad = above(now, waited, last);
  if (dropping_) {
    if (!bad) {
      dropping_ = false;
      return false;
    }
    if (now < next_) return false;
    ++count_;
    next_ = next_after(next_);
    return true;
  }
  if (!bad) return false;
  dropping_ = true;
  // Soon after the last spell it goes on about as often as it left off.
  const std::int64_t since = count_ - last_count_;
  count_ = since > 1 && now - next_ < 16 * interval_ ? since : 1;
  next_ = next_after(now);
  last_count_ = count_;
  return true;
}

namespace {

class Params final : public TargetAndInterval {
 public:
  std::unique_ptr<QueueDiscipline> make() const override { return std::make_unique<CoDel>(target(), interval()); }
};

}  // namespace

void add_codel(Registry<QueueDisciplineParams>& disciplines) {
  disciplines.add<Params>("codel",
                          "Controlled delay (RFC 8289): drops ever more often while waits stay above a target");
}

}  // namespace windtunnel
