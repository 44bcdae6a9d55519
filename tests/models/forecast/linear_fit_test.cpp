// The reference is Eigen's decomposition of the whole problem, rows and all.
#include "models/forecast/linear_fit.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "tests/models/forecast/series.hpp"

namespace windtunnel::test {
namespace {

struct Rows {
  Eigen::MatrixXd x;
  Eigen::VectorXd y, weights;
};

// Features of very different size, correlated, far from zero.
Rows rows(int n, int features, double fading) {
  Stream words(1, "rows", static_cast<std::uint64_t>(n));
  Rows out{Eigen::MatrixXd(n, features), Eigen::VectorXd(n), Eigen::VectorXd(n)};
  for (int i = 0; i < n; ++i) {
    const double common = normal(words);
    out.y(i) = 5;
    for (int j = 0; j < features; ++j) {
      out.x(i, j) = std::pow(10.0, j - 1) * (20 + common + 0.3 * normal(words));
      out.y(i) += (j % 2 == 0 ? 1.5 : -0.5) * std::pow(10.0, 1 - j) * out.x(i, j);
    }
    out.y(i) += normal(words);
    out.weights(i) = std::pow(fading, n - 1 - i);
  }
  return out;
}

// Minimises the same sum, about means, by Eigen.
LinearFit::Model by_eigen(const Rows& rows, double penalty) {
  const double weight = rows.weights.sum();
  const Eigen::RowVectorXd means = rows.weights.transpose() * rows.x / weight;
  const double mean = rows.weights.dot(rows.y) / weight;
  const Eigen::MatrixXd centred = rows.x.rowwise() - means;
  const Eigen::VectorXd values = rows.y.array() - mean;
  Eigen::VectorXd sd(rows.x.cols());
  for (Eigen::Index j = 0; j < sd.size(); ++j) sd(j) = std::sqrt(rows.weights.dot(centred.col(j).cwiseAbs2()) / weight);
  // Ridge as least squares of an enlarged problem: a row of sqrt(penalty) sd for each slope.
  Eigen::MatrixXd a(rows.x.rows() + rows.x.cols(), rows.x.cols());
  Eigen::VectorXd b = Eigen::VectorXd::Zero(a.rows());
  const Eigen::VectorXd root = rows.weights.cwiseSqrt();
  a.topRows(rows.x.rows()) = root.asDiagonal() * centred;
  b.head(rows.x.rows()) = root.cwiseProduct(values);
  a.bottomRows(rows.x.cols()) = (std::sqrt(penalty) * sd).asDiagonal();
  const Eigen::VectorXd slopes = a.colPivHouseholderQr().solve(b);
  return {mean - means.dot(slopes), {slopes.data(), slopes.data() + slopes.size()}};
}

void expect_same(const LinearFit::Model& got, const LinearFit::Model& wanted) {
  ASSERT_EQ(got.slopes.size(), wanted.slopes.size());
  for (std::size_t j = 0; j < got.slopes.size(); ++j)
    EXPECT_NEAR(got.slopes[j], wanted.slopes[j],
                1e-8 * (std::abs(wanted.slopes[j]) + std::pow(10.0, 1.0 - static_cast<double>(j))));
  EXPECT_NEAR(got.intercept, wanted.intercept, 1e-7 * (1 + std::abs(wanted.intercept)));
}

TEST(LinearFit, FindsWhatEigenFindsFromAllRowsAtOnce) {
  for (const int n : {20, 300, 5000})
    for (const double fading : {1.0, 0.99})
      for (const double penalty : {0.0, 0.5, 100.0}) {
        const Rows given = rows(n, 6, fading);
        LinearFit fit(6);
        for (int i = 0; i < n; ++i) {
          const Eigen::VectorXd row = given.x.row(i);
          fit.add({row.data(), 6}, given.y(i), fading);
        }
        const auto model = fit.fit(penalty);
        ASSERT_TRUE(model);
        SCOPED_TRACE(::testing::Message() << n << " rows, fading " << fading << ", penalty " << penalty);
        expect_same(*model, by_eigen(given, penalty));
      }
}

TEST(LinearFit, ShrinksWithThePenaltyWhateverTheUnits) {
  LinearFit metres(1), millimetres(1);
  for (int i = 0; i < 50; ++i) {
    const double x = i % 7, y = 3 * x + i % 3;
    metres.add(std::vector{x}, y);
    millimetres.add(std::vector{1000 * x}, y);
  }
  double before = metres.fit(0)->slopes[0];
  for (const double penalty : {1.0, 10.0, 1000.0}) {
    const double slope = metres.fit(penalty)->slopes[0];
    EXPECT_LT(slope, before);
    EXPECT_NEAR(millimetres.fit(penalty)->slopes[0] * 1000, slope, 1e-12);
    before = slope;
  }
}

TEST(LinearFit, LeavesOutAFeatureThatIsAlwaysTheSame) {
  LinearFit fit(2);
  for (int i = 0; i < 20; ++i) fit.add(std::vector{0.1, static_cast<double>(i)}, 4.0 + 2 * i);
  const auto model = fit.fit(0);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->slopes[0], 0);
  EXPECT_NEAR(model->slopes[1], 2, 1e-12);
  EXPECT_NEAR(model->intercept, 4, 1e-10);
}

TEST(LinearFit, NeedsAPenaltyWhereFeaturesDependOnEachOther) {
  LinearFit fit(2);
  for (int i = 0; i < 20; ++i) fit.add(std::vector{static_cast<double>(i), 2.0 * i}, 6.0 * i);
  EXPECT_FALSE(fit.fit(0));
  const auto model = fit.fit(1e-6);
  ASSERT_TRUE(model);
  EXPECT_NEAR((*model)(std::vector{30.0, 60.0}), 180, 1e-3);
}

TEST(LinearFit, HasNoModelWithoutRows) { EXPECT_FALSE(LinearFit(2).fit(1)); }

}  // namespace
}  // namespace windtunnel::test
