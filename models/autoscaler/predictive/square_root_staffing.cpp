#include "models/autoscaler/predictive/square_root_staffing.hpp"

#include <cmath>
#include <optional>

#include "models/autoscaler/predictive/sizing.hpp"
#include "models/scenario/units.hpp"
#include "sim/random/math.hpp"

namespace windtunnel::predictive {
namespace {

constexpr double kMostBeta = 10;

// Phi(x) / phi(x), x >= 0: half of 1 / phi(x), and x + x^3 / 3 + x^5 / (3 5) + …
double distribution_over_density(double x) {
  constexpr double kSqrtTwoPi = 2.50662827463100050242;
  double sum = 0, term = x;
  for (int k = 1; term > sum * 1e-17; k += 2) {
    sum += term;
    term *= x * x / (k + 2);
  }
  return kSqrtTwoPi / 2 * exp_of(x * x / 2) + sum;
}

class SquareRootStaffing final : public Sizing {
 public:
  void describe(FieldVisitor& v) override {
    v.field("wait_probability", wait_probability_, "Share of the requests that may have to wait for a server",
            {.lo = 1e-6, .hi = 1});
    v.field("beta", beta_, "Servers above the load, in square roots of it; none: as wait_probability asks",
            {.lo = 0, .hi = kMostBeta});
  }
  double servers(double load) const override {
    return load + beta_.value_or(beta_for(wait_probability_.value)) * std::sqrt(load);
  }
  std::string words() const override {
    if (beta_) return "with " + format_number(*beta_) + " square roots of the load above it";
    return "for " + format_number(wait_probability_.value * 100) + " % that wait";
  }

 private:
  Share wait_probability_{0.05};
  std::optional<double> beta_;
};

}  // namespace

double wait_probability(double beta) { return 1 / (1 + beta * distribution_over_density(beta)); }

double beta_for(double probability) {
  double low = 0, high = kMostBeta;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (wait_probability(middle) > probability ? low : high) = middle;
  }
  return high;
}

void add_square_root_staffing(Registry<Sizing>& rules) {
  rules.add<SquareRootStaffing>("square_root_staffing",
                                "The load and some square roots of it: less spare room per server, the more there are");
}

}  // namespace windtunnel::predictive
