#include <algorithm>
#include <optional>

#include "models/workload/builtin.hpp"

namespace windtunnel {
namespace {

class Process final : public ArrivalProcess {
 public:
  Process(std::int64_t size, Time first, std::optional<Duration> every, Time end)
      : size_(size), next_(first), every_(every), end_(end) {}

  std::size_t fill(std::span<Arrival> out) override {
    std::size_t n = 0;
    while (n < out.size() && next_ <= end_) {
      out[n++] = Arrival{next_};
      if (++sent_ < size_) continue;
      sent_ = 0;
      next_ = every_ && next_ <= kNever - *every_ ? next_ + *every_ : kNever;
      if (next_ == kNever) end_ = Time{-1};
    }
    return n;
  }

 private:
  std::int64_t size_, sent_ = 0;
  Time next_;
  std::optional<Duration> every_;
  Time end_;
};

class Batch final : public Arrivals {
 public:
  void describe(FieldVisitor& v) override {
    v.field("size", size_, "Requests or messages that come at one moment", {.lo = 1, .hi = 1e9, .required = true});
    v.field("at", at_, "When the first batch comes, from the end of the warm-up", kNonNegative);
    v.field("every", every_, "Time between two batches; none: there is one", kPositive);
  }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    return std::make_unique<Process>(size_, context.origin + at_, every_,
                                     context.end > Time{} ? context.end : Time{kNever - Duration{1}});
  }

 private:
  std::int64_t size_ = 0;
  Duration at_{};
  std::optional<Duration> every_;
};

}  // namespace

void add_batch(Registry<Arrivals>& registry) {
  registry.add<Batch>("batch", "Many at one moment: a job's input, once or again and again");
}

}  // namespace windtunnel
