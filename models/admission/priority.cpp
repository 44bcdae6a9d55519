#include "models/admission/types.hpp"

namespace windtunnel {
namespace {

class Params final : public QueueDisciplineParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field(
        "preempts", preempts_,
        "A request takes the thread of one with a lower priority, which goes on later where it was. Threads that share "
        "cores, and instances that are paused or warming up, are not taken from");
  }
  Order order() const override { return Order::kPriority; }
  bool preempts() const override { return preempts_; }

 private:
  bool preempts_ = false;
};

}  // namespace

void add_priority(Registry<QueueDisciplineParams>& disciplines) {
  disciplines.add<Params>("priority",
                          "By the service's priorities of request classes; first come, first served within each");
}

}  // namespace windtunnel
