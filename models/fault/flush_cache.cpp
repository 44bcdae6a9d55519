#include <memory>

#include "models/fault/types.hpp"

namespace windtunnel {
namespace {

class FlushCache final : public Fault {
 public:
  void describe(FieldVisitor& v) override {
    v.field("service", service_, "Whose cache is emptied", kRequired);
    v.field("cache", cache_, "Which of its caches; none: all of them");
    v.field("at", at_, "When, in measured time", kRequired);
    v.field("every", every_, "Again and again after so long; none: once", kPositive);
  }
  std::string service() const override { return service_; }
  std::string cache() const override { return cache_; }

  void schedule(FaultTarget& target, std::size_t) const override { flush_at(target, target.measured(at_)); }

 private:
  void flush_at(FaultTarget& target, Time when) const {
    target.at(when, [this, &target, when] {
      const std::size_t entries = target.flush_cache(service_, cache_);
      target.record(service_, "fault",
                    "emptied " + (cache_.empty() ? std::string("its caches") : "the cache " + cache_) + " of " +
                        (entries == 1 ? std::string("1 entry") : std::to_string(entries) + " entries"));
      if (every_) flush_at(target, when + *every_);
    });
  }

  std::string service_, cache_;
  Duration at_{0};
  std::optional<Duration> every_;
};

}  // namespace

void add_flush_cache(Registry<Fault>& faults) {
  faults.add<FlushCache>("flush_cache", "Empties a service's cache, in all instances");
}

}  // namespace windtunnel
