#include "models/admission/types.hpp"

namespace windtunnel {
namespace {

class Params final : public QueueDisciplineParams {
 public:
  void describe(FieldVisitor&) override {}
  Order order() const override { return Order::kNewestFirst; }
};

}  // namespace

void add_lifo(Registry<QueueDisciplineParams>& disciplines) {
  disciplines.add<Params>("lifo", "Last come, first served");
}

}  // namespace windtunnel
