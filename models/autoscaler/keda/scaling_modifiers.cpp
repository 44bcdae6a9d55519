#include "models/autoscaler/keda/scaling_modifiers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "models/autoscaler/spell.hpp"

namespace windtunnel::keda {
namespace {

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<std::string> names_of(std::span<const TriggerSpec> triggers) {
  std::vector<std::string> out;
  for (const TriggerSpec& trigger : triggers)
    if (!trigger.is_resource() && !trigger.name.empty()) out.push_back(trigger.name);
  return out;
}

}  // namespace

void ScalingModifiersSpec::describe(FieldVisitor& v) {
  v.field(
      "formula", formula,
      "A formula of the triggers' values, by their names, in the language of expr-lang: \"max(lag, depth) + 1\"; its "
      "result is the one metric of all triggers but cpu and memory");
  v.field("target", target, "The target of what the formula gives: a number above 0, in quotes");
  v.field(
      "activationTarget", activation_target,
      "What the formula has to exceed to be active, in quotes; empty: 0. The triggers' own activation does not count");
  v.field("metricType", metric_type, "What the target is: AverageValue (also if empty) or Value");
}

void ScalingModifiersSpec::check(std::span<const TriggerSpec> triggers, Problems& p) const {
  if (!in_use()) return;
  if (formula.empty()) {
    p.error("", "needs formula");
  } else {
    Formula unused;
    if (const std::string wrong = Formula::parse(formula, names_of(triggers), unused); !wrong.empty())
      p.error("/formula", "\"" + formula + "\", " + wrong);
  }
  if (target.empty())
    p.error("", "needs target");
  else if (const auto value = number_of(target); !value || *value <= 0)
    p.error("/target", "\"" + target + "\" is no number above 0");
  if (!activation_target.empty() && !number_of(activation_target))
    p.error("/activationTarget", "\"" + activation_target + "\" is no number");
  if (!metric_type.empty() && metric_type != "AverageValue" && metric_type != "Value")
    p.error("/metricType", "\"" + metric_type + "\" does not fit; AverageValue and Value do");
}

double ScalingModifiersSpec::activation() const { return number_of(activation_target).value_or(0); }

bool ScalingModifiersSpec::allows_a_fallback() const {
  return !target.empty() && std::all_of(target.begin(), target.end(), [](char c) { return c >= '0' && c <= '9'; });
}

hpa::MetricSpec ScalingModifiersSpec::metric() const {
  return external_metric("composite-metric", number_of(target).value_or(0), metric_type == "Value");
}

CompositeMetric::CompositeMetric(const ScalingModifiersSpec& spec, std::span<const TriggerSpec> triggers)
    : text_(spec.formula), activation_(spec.activation()) {
  for (std::size_t i = 0; i < triggers.size(); ++i)
    if (!triggers[i].is_resource() && !triggers[i].name.empty()) variables_.push_back({triggers[i].name, i});
  Formula::parse(spec.formula, names_of(triggers), formula_);
}

Formula::Result CompositeMetric::value(std::span<const std::optional<double>> by_trigger) const {
  std::vector<std::optional<double>> values;
  for (const Variable& variable : variables_) values.push_back(by_trigger[variable.trigger]);
  return formula_.value(values);
}

std::string CompositeMetric::spelled(std::span<const std::optional<double>> by_trigger) const {
  std::string out = text_ + " of ";
  for (const Variable& variable : variables_) {
    const std::optional<double>& value = by_trigger[variable.trigger];
    out += (&variable == variables_.data() ? "" : ", ") + variable.name + " " + (value ? spell_number(*value) : "nil");
  }
  return variables_.empty() ? text_ : out;
}

}  // namespace windtunnel::keda
