#include "models/admission/types.hpp"

namespace windtunnel {
namespace {

class Fixed final : public ConcurrencyLimit {
 public:
  explicit Fixed(std::int64_t limit) : limit_(limit) {}
  std::int64_t limit() const override { return limit_; }
  void ended(const ConcurrencySample&) override {}

 private:
  std::int64_t limit_;
};

class Params final : public ConcurrencyLimitParams {
 public:
  void describe_limit(FieldVisitor& v) override {
    v.field("limit", limit_, "Requests under way at once", {.lo = 1, .required = true});
  }
  std::unique_ptr<ConcurrencyLimit> make_limit(Stream) const override { return std::make_unique<Fixed>(limit_); }
  bool adapts() const override { return false; }

 private:
  std::int64_t limit_ = 1;
};

}  // namespace

void add_fixed_limit(Registry<ConcurrencyLimitParams>& limits) {
  limits.add<Params>("fixed", "A number that stays: a bulkhead");
}

}  // namespace windtunnel
