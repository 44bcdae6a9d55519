#include "models/autoscaler/hpa/metrics_adapter.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "models/autoscaler/hpa/arithmetic.hpp"

namespace windtunnel::hpa {
namespace {

using Over = ScalingMetric::Over;

// Scaling metrics that are levels at a moment; the others are made of what happened over a while.
constexpr std::array<std::string_view, 4> kGauges = {"concurrency", "queue_length", "memory_utilization", "signal"};

std::string listed(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

bool of_pods(Metric::Type type) { return type == Metric::Type::kPods; }

}  // namespace

void MetricMeaning::describe(FieldVisitor& v) {
  v.field("metric", metric, "The scaling metric or signal that is meant", kRequired);
  v.field("window", window, "What a value covers; none: rate_window or gauge_window, as the metric is", kNonNegative);
  v.field("quantile", quantile, "Of a latency: the share of the requests that take at most that long");
}

void MetricMeaning::check(Problems& p) const {
  if (quantile && metric != "latency") p.error("/quantile", "is for a latency");
}

MetricChoice MetricMeaning::choice(bool per_instance, Duration rate_window, Duration gauge_window) const {
  MetricTerms terms;
  terms.per_instance = per_instance;
  if (quantile) terms.quantile = quantile->value;
  const auto of_kind = [&](std::string_view kind) {
    const bool gauge = std::find(kGauges.begin(), kGauges.end(), kind) != kGauges.end();
    terms.window = window.value_or(gauge ? gauge_window : rate_window);
    return kind == "signal" ? std::optional(signal_metric(metric, terms)) : metric_named(kind, terms);
  };
  if (metric != "signal")
    if (std::optional<MetricChoice> named = of_kind(metric)) return *std::move(named);
  return *of_kind("signal");
}

std::string unknown(std::string_view name, const ScalingMetric& meant, std::span<const std::string> signals,
                    std::string_view explained) {
  const std::string signal(meant.signal());
  if (signal.empty() || std::find(signals.begin(), signals.end(), signal) != signals.end()) return {};
  std::vector<std::string> metrics;
  for (const ChoiceView::Entry& entry : ScalingMetric::registry().entries())
    if (entry.type != "signal") metrics.emplace_back(entry.type);
  const bool itself = name == signal;
  return (itself ? "" : "stands for \"" + signal + "\", which ") + "is neither a scaling metric (" + listed(metrics) +
         ") nor a signal of the scenario" + (signals.empty() ? ", which has none" : " (" + listed(signals) + ")") +
         (itself ? "; " + std::string(explained) + " may say what it stands for" : "");
}

void AdapterSpec::describe(FieldVisitor& v) {
  v.field("scrape_period", scrape_period, "Time between two looks of the monitoring system", kPositive);
  v.field("rate_window", rate_window, "What rates, latencies and shares cover", kPositive);
  v.field("gauge_window", gauge_window,
          "What levels (concurrency, queue_length, memory_utilization, signals) are averaged over; 0s: not at all",
          kNonNegative);
  v.field("lag", lag, "From a look to the moment at which the autoscaler can see it", kNonNegative);
  v.field("names", names, "What metric names of the spec stand for, where they are none of ours");
}

MetricChoice AdapterSpec::meant_by(const std::string& name, Metric::Type type) const {
  MetricMeaning meaning;
  meaning.metric = name;
  if (const auto found = names.find(name); found != names.end()) meaning = found->second;
  return meaning.choice(of_pods(type), rate_window, gauge_window);
}

std::string misfit(Metric::Type type, const MetricChoice& meant) {
  if (!of_pods(type) || meant->over() != Over::kService) return {};
  return "is nothing that a pod has for itself; use it in an Object or External metric";
}

MetricsAdapter::MetricsAdapter(const AdapterSpec& spec, std::span<const MetricSpec> metrics)
    : period_(spec.scrape_period), lag_(spec.lag) {
  for (std::size_t i = 0; i < metrics.size(); ++i)
    if (const std::string* name = metrics[i].name())
      scraped_.push_back({i, metrics[i].type, spec.meant_by(*name, metrics[i].type)});
  for (const Scraped& one : scraped_)
    window_.keep(*one.metric, of_pods(one.type) ? MetricWindow::Detail::kInstances : MetricWindow::Detail::kValues);
}

void MetricsAdapter::scrape(const ServiceSignal& signal) {
  Batch batch{signal.now + lag_, {}};
  for (const Scraped& one : scraped_) batch.readings[one.place] = work_out(one, signal);
  batches_.push_back(std::move(batch));
}

Reading MetricsAdapter::work_out(const Scraped& scraped, const ServiceSignal& signal) {
  const auto cut = [](double value) { return to_int64(value * 1000); };
  Reading reading;
  if (!is_known(scraped.metric, signal)) {
    reading.error = "no metrics";
    return reading;
  }
  if (of_pods(scraped.type)) {
    window_.each(*scraped.metric, signal, each_);
    for (const MetricWindow::OfInstance& one : each_)
      reading.samples[one.id] = {cut(one.value), signal.now, scraped.metric->window()};
    return reading;
  }
  const bool over_instances = scraped.metric->over() == Over::kInstances;
  const std::optional<double> value =
      over_instances ? window_.value(*scraped.metric, signal) : window_.total(*scraped.metric, signal);
  if (!value && over_instances) {
    reading.error = "no metrics";
    return reading;
  }
  reading.value = cut(value.value_or(0));
  reading.series = {reading.value};
  return reading;
}

const Reading& MetricsAdapter::reading(std::size_t metric, Time now) {
  static const Reading nothing_yet = [] {
    Reading reading;
    reading.error = "no metrics";
    return reading;
  }();
  while (batches_.size() > 1 && batches_[1].readable_from <= now) batches_.pop_front();
  if (batches_.empty() || batches_.front().readable_from > now) return nothing_yet;
  return batches_.front().readings.at(metric);
}

}  // namespace windtunnel::hpa
