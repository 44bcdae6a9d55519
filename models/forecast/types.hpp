#pragma once

#include "models/forecast/forecaster.hpp"

// The ways to forecast of this folder, one .cpp each.
namespace windtunnel {

void add_drift(Registry<ForecasterParams>& forecasters);
void add_exponential_smoothing(Registry<ForecasterParams>& forecasters);
void add_holt(Registry<ForecasterParams>& forecasters);
void add_holt_winters(Registry<ForecasterParams>& forecasters);
void add_naive(Registry<ForecasterParams>& forecasters);
void add_ridge(Registry<ForecasterParams>& forecasters);
void add_seasonal_naive(Registry<ForecasterParams>& forecasters);
void add_seasonal_quantile(Registry<ForecasterParams>& forecasters);

}  // namespace windtunnel
