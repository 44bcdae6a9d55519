#include "models/admission/types.hpp"

namespace windtunnel {
namespace {

class Params final : public QueueDisciplineParams {
 public:
  void describe(FieldVisitor&) override {}
  Order order() const override { return Order::kDeadline; }
};

}  // namespace

void add_deadline(Registry<QueueDisciplineParams>& disciplines) {
  disciplines.add<Params>("deadline",
                          "Whose timeout ends first; who has been given up by then is dropped when its turn comes");
}

}  // namespace windtunnel
