#pragma once

#include <span>

namespace windtunnel {

// The next value of an irregular series that is too short for a histogram: an autoregressive process of order p about
// the series' mean, AR(p), with coefficients from its sample autocovariances (over n, not n - k) by the Yule-Walker
// equations, solved by Levinson and Durbin's recursion. Of the orders 0 … min(5, n - 2) the one with the least
// n ln(variance of its error) + 2 p is taken (AIC, H. Akaike 1974), the lower of equals. Order 0 is the mean, which is
// also the forecast of fewer than three values; 0 of none.
double next_by_autoregression(std::span<const double> values);

}  // namespace windtunnel
