#include "models/scenario/list.hpp"

#include "models/autoscaler/metric/scaling_metric.hpp"
#include "models/autoscaler/predictive/sizing.hpp"
#include "models/forecast/forecaster.hpp"
#include "models/scenario/bounds_text.hpp"
#include "models/scenario/units.hpp"
#include "models/scenario/value_writer.hpp"

namespace windtunnel {
namespace {

std::string spell_seconds(double seconds) { return format_duration(seconds); }

// Describes one value in words; structures spread into one field for each of theirs.
class FieldLister final : public ValueVisitor {
 public:
  FieldLister(ListedField field, std::optional<Unit> unit, std::vector<ListedField>& out)
      : field_(std::move(field)), unit_(unit), out_(out) {}

  void value(bool&, const FieldInfo& info) override { add("true or false", quotes(info), {}); }
  void value(std::int64_t&, const FieldInfo& info) override {
    add("whole number", quotes(info), bounds_text(info.bounds, format_number));
  }
  void value(double&, const FieldInfo& info) override {
    add("number", quotes(info), bounds_text(info.bounds, format_number));
  }
  void value(std::string&, const FieldInfo&) override { add("text", {}, {}); }
  void value(Duration&, const FieldInfo& info) override {
    add("duration", kDurationUnits, bounds_text(info.bounds, spell_seconds));
  }
  void value(Rate&, const FieldInfo& info) override { add("rate", kRateUnits, bounds_text(info.bounds, format_rate)); }
  void value(Share&, const FieldInfo& info) override {
    Bounds bounds = info.bounds;
    if (!(bounds.lo >= 0)) bounds.lo = 0;
    if (!(bounds.hi <= 1)) bounds.hi = 1;
    add("share", "a number or %", bounds_text(bounds, format_number));
  }
  void value(Cpu&, const FieldInfo& info) override { add("CPU", "cores, m", bounds_text(info.bounds, format_cpu)); }
  void value(Bytes&, const FieldInfo& info) override {
    add("bytes", kByteUnits, bounds_text(info.bounds, format_bytes));
  }
  void value(Quantity&, const FieldInfo& info) override {
    add("quantity", kQuantitySuffixes, bounds_text(info.bounds, format_quantity));
  }
  void value(ByteRate&, const FieldInfo& info) override {
    add("byte rate", kByteRateUnits, bounds_text(info.bounds, format_byte_rate));
  }
  void value(Amount&, const FieldInfo& info) override {
    add("amount", "of what is drawn", bounds_text(info.bounds, format_number));
  }
  void value(Enumerated& v, const FieldInfo&) override {
    std::string names;
    for (const std::string_view name : v.names) names += (names.empty() ? "" : ", ") + std::string(name);
    add("one of " + names, {}, {});
  }
  void object(ObjectView& v, const FieldInfo&) override;
  void list(ListView& v, const FieldInfo& info) override {
    const std::string_view words = info.bounds.one_or_several ? "one or a list of " : "list of ";
    inside(words, "[]", [&](ValueVisitor& to) { v.visit(v.size(), to); });
  }
  void map(MapView& v, const FieldInfo&) override {
    inside("map of ", "{}", [&](ValueVisitor& to) { v.visit_default(to); });
  }
  void optional(OptionalView& v, const FieldInfo&) override { v.visit_default(*this); }
  void choice(ChoiceView& v, const FieldInfo&) override { add(std::string(v.kind()), {}, {}); }

 private:
  static std::string_view quotes(const FieldInfo& info) { return info.bounds.quoted ? "in quotes" : ""; }
  void add(std::string type, std::string_view unit, std::string bounds) {
    field_.type = prefix_ + std::move(type);
    field_.unit = unit;
    field_.bounds = std::move(bounds);
    out_.push_back(field_);
  }
  template <class Visit>
  void inside(std::string_view words, std::string_view brackets, Visit visit) {
    prefix_ += words;
    brackets_ += brackets;
    visit(*this);
  }

  ListedField field_;
  std::optional<Unit> unit_;
  std::vector<ListedField>& out_;
  std::string prefix_;    // "list of "
  std::string brackets_;  // "[]"
};

class Lister final : public FieldVisitor {
 public:
  Lister(std::string path, std::optional<Unit> unit, std::vector<ListedField>& out)
      : path_(std::move(path)), unit_(unit), out_(out) {}
  void visit(const FieldInfo& info, Value& value) override {
    ListedField field;
    field.name = path_ + std::string(info.name);
    field.meaning = info.meaning;
    field.required = info.bounds.required;
    if (!field.required)
      if (const auto standard = write_value(value, unit_)) field.default_value = print_json_line(*standard);
    if (field.default_value == "\"\"" || field.default_value == "[]" || field.default_value == "{}")
      field.default_value.clear();
    FieldLister lister(std::move(field), unit_, out_);
    value.accept(lister);
  }
  void not_modelled(std::string_view, std::string_view) override {}

 private:
  std::string path_;
  std::optional<Unit> unit_;
  std::vector<ListedField>& out_;
};

void FieldLister::object(ObjectView& v, const FieldInfo&) {
  Lister fields(field_.name + brackets_ + ".", unit_, out_);
  v.describe(fields);
}

template <class Params>
ListedKind kind_of() {
  Choice<Params> none;
  detail::ChoiceOf<Params> view(none);
  return list_kind(view);
}

}  // namespace

ListedKind list_kind(ChoiceView& choice) {
  ListedKind out;
  out.kind = choice.kind();
  for (const ChoiceView::Entry& entry : choice.entries()) {
    ListedType type{std::string(entry.type), std::string(entry.summary), {}};
    // An Amount's default depends on what is drawn; plain numbers are the one spelling that holds for all.
    const bool draws = choice.kind() == "distribution";
    Lister fields({}, draws ? std::optional<Unit>(Unit::kNumber) : std::nullopt, type.fields);
    choice.describe(entry.type, fields);
    out.types.push_back(std::move(type));
  }
  return out;
}

std::vector<ListedKind> list_types() {
  return {kind_of<Distribution>(),
          kind_of<Arrivals>(),
          kind_of<Runtime>(),
          kind_of<Phase>(),
          kind_of<RetryBudgetParams>(),
          kind_of<PushbackParams>(),
          kind_of<CircuitBreakerParams>(),
          kind_of<ClientThrottleParams>(),
          kind_of<LoadBalancerParams>(),
          kind_of<AutoscalerParams>(),
          kind_of<ScalingMetric>(),
          kind_of<KeepAliveParams>(),
          kind_of<ForecasterParams>(),
          kind_of<predictive::Sizing>(),
          kind_of<NodeAutoscalerParams>(),
          kind_of<Signal>(),
          kind_of<Fault>(),
          kind_of<Objective>()};
}

}  // namespace windtunnel
