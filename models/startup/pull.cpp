#include "models/startup/types.hpp"

namespace windtunnel {
namespace {

class Pull final : public Phase {
 public:
  void describe(FieldVisitor& v) override {
    v.field("image", image_, "What is transferred when the machine does not have it, compressed size",
            kRequiredPositive);
    v.field("bandwidth", bandwidth_, "How fast one transfer is, unpacking included", kRequiredPositive);
    v.field("cached_on_node", cached_, "Share of starts that find the image on the machine and transfer nothing",
            {.lo = 0, .hi = 1});
  }
  PhaseEffect draw(Stream& stream) const override {
    // Always one word, also where the share leaves nothing to chance.
    const double delay = stream.uniform() < cached_.value ? 0 : image_.count / bandwidth_.per_second;
    return {.delay_s = delay, .pending_s = delay};
  }
  double mean_delay_s() const override { return (1 - cached_.value) * image_.count / bandwidth_.per_second; }

 private:
  Bytes image_;
  ByteRate bandwidth_{1};
  Share cached_;
};

}  // namespace

void add_pull(Registry<Phase>& phases) { phases.add<Pull>("pull", "Transferring the image to the machine"); }

}  // namespace windtunnel
