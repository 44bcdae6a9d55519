#include "models/admission/types.hpp"

namespace windtunnel {
namespace {

class Params final : public QueueDisciplineParams {
 public:
  void describe(FieldVisitor&) override {}
  bool plain() const override { return true; }
};

}  // namespace

void add_fifo(Registry<QueueDisciplineParams>& disciplines) {
  disciplines.add<Params>("fifo", "First come, first served");
}

}  // namespace windtunnel
