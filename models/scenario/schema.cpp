#include "models/scenario/schema.hpp"

#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/scenario/bounds_text.hpp"
#include "models/scenario/manifest.hpp"
#include "models/scenario/read.hpp"
#include "models/scenario/units.hpp"
#include "models/scenario/value_writer.hpp"

namespace windtunnel {
namespace {

constexpr std::string_view kDecimal = "([0-9]+\\.?[0-9]*|\\.[0-9]+)";

JsonNode text(std::string_view words) { return JsonNode::of(words); }

JsonNode with_type(std::string_view type) {
  JsonNode out = JsonNode::object();
  out.add("type", text(type));
  return out;
}

JsonNode pattern(const std::string& regex) {
  JsonNode out = with_type("string");
  out.add("pattern", text("^" + regex + "$"));
  return out;
}

JsonNode number_from_zero() {
  JsonNode out = with_type("number");
  out.add("minimum", JsonNode::of(std::int64_t{0}));
  return out;
}

JsonNode either(JsonNode a, JsonNode b) {
  JsonNode list = JsonNode::array();
  list.add(std::move(a));
  list.add(std::move(b));
  JsonNode out = JsonNode::object();
  out.add("anyOf", std::move(list));
  return out;
}

// The spellings of values with a unit.
JsonNode definition_of_unit(std::string_view name) {
  const std::string decimal(kDecimal);
  JsonNode out;
  std::string meaning;
  if (name == "duration") {
    std::string parts;
    for (const std::string_view unit : {"d", "h", "m", "s", "ms", "(us|µs)", "ns"})
      parts += "(" + decimal + std::string(unit) + ")?";
    out = pattern("(0|(?=.)" + parts + ")");
    meaning = "A duration: numbers with units (" + std::string(kDurationUnits) + "), such as 250ms or 1h30m";
  } else if (name == "rate") {
    out = pattern(decimal + "/(s|min|h|d)");
    meaning = "A rate: a number with " + std::string(kRateUnits) + ", such as 1200/s";
  } else if (name == "share") {
    JsonNode number = number_from_zero();
    number.add("maximum", JsonNode::of(std::int64_t{1}));
    out = either(std::move(number), pattern(decimal + "%"));
    meaning = "A share: from 0 to 1, or a percentage such as 25%";
  } else if (name == "cpu") {
    out = either(number_from_zero(), pattern(decimal + "[mun]?"));
    meaning = "CPU in cores, as a Kubernetes quantity such as 500m";
  } else if (name == "quantity") {
    out = either(with_type("number"), pattern("[+-]?" + decimal + "([num]|[kMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?"));
    meaning = "A number, as a Kubernetes quantity such as 500m, 1k or 512Mi";
  } else if (name == "byte_rate") {
    out = pattern(decimal + "(B|[kKMGTPE]B?|[KMGTPE]iB?|e[369])/s");
    meaning = "A byte rate: a size per second, such as 80MB/s or 1Gi/s";
  } else {
    assert(name == "bytes");
    out = either(number_from_zero(), pattern(decimal + "(B|[kKMGTPE]B?|[KMGTPE]iB?|e[369])?"));
    meaning = "Bytes, as a Kubernetes quantity such as 512Mi or a size such as 420MB";
  }
  JsonNode described = JsonNode::object();
  described.add("description", text(meaning));
  for (std::size_t i = 0; i < out.items.size(); ++i) described.add(out.keys[i].text, std::move(out.items[i]));
  return described;
}

std::string spell_seconds(double seconds) { return format_duration(seconds); }

class SchemaWriter final : public ValueVisitor {
 public:
  void value(bool&, const FieldInfo& info) override {
    result_ = with_type("boolean");
    if (info.bounds.quoted) result_ = either(pattern("(true|false)"), std::move(result_));
  }
  void value(std::int64_t&, const FieldInfo& info) override {
    result_ = with_type("integer");
    add_bounds(info.bounds);
    quote(info.bounds, "-?[0-9]+");
  }
  void value(double&, const FieldInfo& info) override {
    number(info.bounds);
    quote(info.bounds, "-?" + std::string(kDecimal));
  }
  void value(std::string&, const FieldInfo&) override { result_ = with_type("string"); }
  void value(Duration&, const FieldInfo& info) override { unit("duration", bounds_text(info.bounds, spell_seconds)); }
  void value(Rate&, const FieldInfo& info) override { unit("rate", bounds_text(info.bounds, format_rate)); }
  void value(Share&, const FieldInfo& info) override {
    Bounds beyond = info.bounds;  // what the definition does not say already
    if (beyond.lo == 0 && !beyond.above_lo) beyond.lo = -std::numeric_limits<double>::infinity();
    if (beyond.hi >= 1) beyond.hi = std::numeric_limits<double>::infinity();
    unit("share", bounds_text(beyond, format_number));
  }
  void value(Cpu&, const FieldInfo& info) override { unit("cpu", bounds_text(info.bounds, format_cpu)); }
  void value(Bytes&, const FieldInfo& info) override { unit("bytes", bounds_text(info.bounds, format_bytes)); }
  void value(Quantity&, const FieldInfo& info) override { unit("quantity", bounds_text(info.bounds, format_quantity)); }
  void value(ByteRate&, const FieldInfo& info) override {
    unit("byte_rate", bounds_text(info.bounds, format_byte_rate));
  }
  void value(Amount&, const FieldInfo& info) override {
    switch (unit_.value_or(info.bounds.unit)) {
      case Unit::kNumber:
        return number(info.bounds);
      case Unit::kDuration:
        return unit("duration", bounds_text(info.bounds, spell_seconds));
      case Unit::kBytes:
        return unit("bytes", bounds_text(info.bounds, format_bytes));
    }
  }
  void value(Enumerated& v, const FieldInfo&) override {
    JsonNode names = JsonNode::array();
    for (const std::string_view name : v.names) names.add(text(name));
    result_ = JsonNode::object();
    result_.add("enum", std::move(names));
  }
  void object(ObjectView& v, const FieldInfo&) override {
    Fields fields(*this);
    ++depth_;
    // A structure that contains itself other than through a choice would need a definition of its own.
    assert(depth_ < 32);
    v.describe(fields);
    --depth_;
    result_ = fields.take();
  }
  void list(ListView& v, const FieldInfo& info) override {
    v.visit(v.size(), *this);
    JsonNode item = finished();
    JsonNode out = with_type("array");
    out.add("items", item);
    result_ = info.bounds.one_or_several ? either(std::move(item), std::move(out)) : std::move(out);
  }
  void map(MapView& v, const FieldInfo&) override {
    v.visit_default(*this);
    JsonNode out = with_type("object");
    out.add("additionalProperties", finished());
    result_ = std::move(out);
  }
  void optional(OptionalView& v, const FieldInfo&) override { v.visit_default(*this); }
  void choice(ChoiceView& v, const FieldInfo& info) override {
    const std::optional<Unit> outer = unit_;
    std::string name;
    for (const char c : v.kind()) name += c == ' ' || c == '-' ? '_' : c;
    if (v.kind() == "distribution") {
      if (!unit_) unit_ = info.bounds.unit;
      name += *unit_ == Unit::kDuration ? "_of_durations" : *unit_ == Unit::kNumber ? "_of_numbers" : "_of_bytes";
    }
    if (begun_.insert(name).second) define_choice(name, v);
    unit_ = outer;
    result_ = reference(name);
  }

  // The value's schema with what is not expressible in it ("above 10ms") as a description.
  JsonNode finished() {
    JsonNode out = std::move(result_);
    if (!note_.empty()) out.add("description", text("Must be " + std::exchange(note_, {})));
    return out;
  }
  std::vector<std::pair<std::string, JsonNode>> take_definitions() { return std::move(definitions_); }
  std::optional<Unit> unit() const { return unit_; }

  class Fields final : public FieldVisitor {
   public:
    explicit Fields(SchemaWriter& writer) : writer_(writer) {}
    // The key that names the type and its only value here.
    void tag(std::string_view key, const ChoiceView::Entry& entry) {
      JsonNode one = JsonNode::object();
      type_ = entry.type;
      one.add("const", text(entry.type));
      one.add("description", text(entry.summary));
      properties_.add(key, std::move(one));
      required_.add(text(key));
    }
    void visit(const FieldInfo& info, Value& value) override {
      std::optional<JsonNode> standard = write_value(value, writer_.unit());
      writer_.note_.clear();
      value.accept(writer_);
      JsonNode schema = std::move(writer_.result_);
      if (const ManifestField* manifest = manifest_field(type_, info.name)) {
        JsonNode path = with_type("string");
        path.add("description", text("The path of a manifest with a " + std::string(manifest->kind) +
                                     ", or \"path#name\" where it has several"));
        schema = either(std::move(path), std::move(schema));
      }
      std::string meaning(info.meaning);
      if (!writer_.note_.empty()) meaning += " (" + std::exchange(writer_.note_, {}) + ")";
      JsonNode described = JsonNode::object();
      described.add("description", text(meaning));
      for (std::size_t i = 0; i < schema.items.size(); ++i)
        described.add(schema.keys[i].text, std::move(schema.items[i]));
      if (info.bounds.required) {
        required_.add(text(info.name));
      } else if (standard && says_something(*standard)) {
        described.add("default", std::move(*standard));
      }
      properties_.add(info.name, std::move(described));
    }
    void not_modelled(std::string_view name, std::string_view reason) override {
      JsonNode accepted = JsonNode::object();
      accepted.add("description", text("Not modelled: " + std::string(reason)));
      properties_.add(name, std::move(accepted));
    }
    JsonNode take() {
      JsonNode out = with_type("object");
      out.add("properties", std::move(properties_));
      if (!required_.items.empty()) out.add("required", std::move(required_));
      out.add("additionalProperties", JsonNode::of(false));
      return out;
    }

   private:
    // An empty text or list is what anybody expects, and an object's defaults stand at its own fields.
    static bool says_something(const JsonNode& value) {
      if (value.kind == JsonNode::Kind::kString) return !value.text.empty();
      return value.is_scalar() || (value.items.size() <= 2 && value.find("type") != nullptr);
    }

    SchemaWriter& writer_;
    std::string_view type_;  // of the choice whose fields these are
    JsonNode properties_ = JsonNode::object();
    JsonNode required_ = JsonNode::array();
  };

 private:
  static JsonNode reference(const std::string& name) {
    JsonNode out = JsonNode::object();
    out.add("$ref", text("#/$defs/" + name));
    return out;
  }

  void unit(const std::string& name, std::string bounds) {
    if (begun_.insert(name).second) definitions_.emplace_back(name, definition_of_unit(name));
    result_ = reference(name);
    note_ = std::move(bounds);
  }

  void number(const Bounds& bounds) {
    result_ = with_type("number");
    add_bounds(bounds);
  }

  // A number that may be written as text: the schema cannot say what fits inside, the description does.
  void quote(const Bounds& bounds, const std::string& regex) {
    if (!bounds.quoted) return;
    result_ = either(pattern(regex), std::move(result_));
    note_ = bounds_text(bounds, format_number);
  }

  void add_bounds(const Bounds& bounds) {
    const auto spelled = [](double bound) {
      return bound == std::floor(bound) && std::abs(bound) < 0x1p53 ? JsonNode::of(static_cast<std::int64_t>(bound))
                                                                    : JsonNode::of(bound);
    };
    if (std::isfinite(bounds.lo)) result_.add(bounds.above_lo ? "exclusiveMinimum" : "minimum", spelled(bounds.lo));
    if (std::isfinite(bounds.hi)) result_.add("maximum", spelled(bounds.hi));
  }

  class FirstField final : public FieldVisitor {
   public:
    explicit FirstField(SchemaWriter& writer) : writer_(writer) {}
    void visit(const FieldInfo&, Value& value) override {
      if (!std::exchange(first_, false)) return;
      value.accept(writer_);
      schema = writer_.finished();
    }
    void not_modelled(std::string_view, std::string_view) override {}
    JsonNode schema;

   private:
    SchemaWriter& writer_;
    bool first_ = true;
  };

  void define_choice(const std::string& name, ChoiceView& v) {
    const std::size_t place = definitions_.size();
    definitions_.emplace_back(name, JsonNode{});
    JsonNode forms = JsonNode::array();
    if (!v.shorthand_type().empty()) {
      FirstField first(*this);
      v.describe(v.shorthand_type(), first);
      forms.add(std::move(first.schema));
    }
    for (const ChoiceView::Entry& entry : v.entries()) {
      Fields fields(*this);
      fields.tag(v.tag(), entry);
      v.describe(entry.type, fields);
      forms.add(fields.take());
    }
    JsonNode one_of = JsonNode::object();
    one_of.add("oneOf", std::move(forms));
    definitions_[place].second = std::move(one_of);
    note_.clear();
  }

  JsonNode result_;
  std::string note_;  // bounds of a value with a unit, for people
  std::vector<std::pair<std::string, JsonNode>> definitions_;
  std::set<std::string> begun_;
  std::optional<Unit> unit_;
  int depth_ = 0;
};

}  // namespace

JsonNode schema_of(ObjectView& object, std::string_view title) {
  SchemaWriter writer;
  writer.object(object, FieldInfo{});
  JsonNode body = writer.finished();
  JsonNode out = JsonNode::object();
  out.add("$schema", text("https://json-schema.org/draft/2020-12/schema"));
  out.add("title", text(title));
  for (std::size_t i = 0; i < body.items.size(); ++i) out.add(body.keys[i].text, std::move(body.items[i]));
  JsonNode definitions = JsonNode::object();
  for (auto& [name, definition] : writer.take_definitions()) definitions.add(name, std::move(definition));
  out.add("$defs", std::move(definitions));
  return out;
}

std::string scenario_schema() {
  Scenario scenario;
  detail::ObjectOf<Scenario> view(scenario);
  return print_json(schema_of(view, "Windtunnel scenario"));
}

}  // namespace windtunnel
