#include "models/scenario/value_writer.hpp"

#include <cmath>

#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

class ValueWriter final : public ValueVisitor {
 public:
  explicit ValueWriter(std::optional<Unit> unit) : unit_(unit) {}

  std::optional<JsonNode> take() {
    std::optional<JsonNode> out;
    out.swap(result_);
    return out;
  }

  void value(bool& v, const FieldInfo& info) override {
    result_ = JsonNode::of(v);
    if (info.bounds.quoted) result_ = JsonNode::of(std::string_view(v ? "true" : "false"));
  }
  void value(std::int64_t& v, const FieldInfo& info) override {
    result_ = JsonNode::of(v);
    if (info.bounds.quoted) result_ = JsonNode::of(std::string_view(std::to_string(v)));
  }
  void value(double& v, const FieldInfo& info) override {
    number(v);
    if (info.bounds.quoted && result_) result_ = JsonNode::of(std::string_view(format_number(v)));
  }
  void value(std::string& v, const FieldInfo&) override { result_ = JsonNode::of(std::string_view(v)); }
  void value(Duration& v, const FieldInfo&) override { result_ = JsonNode::of(std::string_view(format_duration(v))); }
  void value(Rate& v, const FieldInfo&) override {
    if (std::isfinite(v.per_second)) result_ = JsonNode::of(std::string_view(format_rate(v.per_second)));
  }
  void value(Share& v, const FieldInfo&) override { number(v.value); }
  void value(Cpu& v, const FieldInfo&) override {
    if (!std::isfinite(v.cores)) return;
    if (const std::string text = format_cpu(v.cores); text.back() == 'm') {
      result_ = JsonNode::of(std::string_view(text));
    } else {
      number(v.cores);
    }
  }
  void value(Bytes& v, const FieldInfo&) override { bytes(v.count); }
  void value(Quantity& v, const FieldInfo&) override {
    if (!std::isfinite(v.value)) return;
    if (const std::string text = format_quantity(v.value); text.back() > '9') {
      result_ = JsonNode::of(std::string_view(text));
    } else {
      number(v.value);
    }
  }
  void value(ByteRate& v, const FieldInfo&) override {
    if (std::isfinite(v.per_second)) result_ = JsonNode::of(std::string_view(format_byte_rate(v.per_second)));
  }
  void value(Amount& v, const FieldInfo& info) override {
    switch (unit_.value_or(info.bounds.unit)) {
      case Unit::kNumber:
        number(v.value);
        return;
      case Unit::kDuration:
        if (std::isfinite(v.value)) result_ = JsonNode::of(std::string_view(format_duration(v.value)));
        return;
      case Unit::kBytes:
        bytes(v.value);
        return;
    }
  }
  void value(Enumerated& v, const FieldInfo&) override {
    result_ = JsonNode::of(v.names[static_cast<std::size_t>(*v.value)]);
  }

  void object(ObjectView& v, const FieldInfo&) override {
    JsonNode out = JsonNode::object();
    Fields fields(*this, out);
    v.describe(fields);
    result_ = std::move(out);
  }
  void list(ListView& v, const FieldInfo&) override {
    JsonNode out = JsonNode::array();
    for (std::size_t i = 0; i < v.size(); ++i) {
      v.visit(i, *this);
      if (auto item = take()) out.add(std::move(*item));
    }
    result_ = std::move(out);
  }
  void map(MapView& v, const FieldInfo&) override {
    JsonNode out = JsonNode::object();
    for (const std::string& key : v.keys()) {
      v.visit(key, *this);
      if (auto item = take()) out.add(key, std::move(*item));
    }
    result_ = std::move(out);
  }
  void optional(OptionalView& v, const FieldInfo&) override {
    if (v.has_value()) v.visit(*this);
  }
  void choice(ChoiceView& v, const FieldInfo& info) override {
    if (v.current().empty()) return;
    const std::optional<Unit> outer = unit_;
    if (v.kind() == "distribution" && !unit_) unit_ = info.bounds.unit;
    JsonNode out = JsonNode::object();
    out.add(v.tag(), JsonNode::of(v.current()));
    Fields fields(*this, out);
    v.describe(fields);
    unit_ = outer;
    // What has a shorthand is written that way: "cpu": "4ms".
    if (v.current() == v.shorthand_type() && out.items.size() == 2 && out.items[1].is_scalar()) {
      JsonNode bare = std::move(out.items[1]);
      result_ = std::move(bare);
    } else {
      result_ = std::move(out);
    }
  }

 private:
  class Fields final : public FieldVisitor {
   public:
    Fields(ValueWriter& writer, JsonNode& out) : writer_(writer), out_(out) {}
    void visit(const FieldInfo& info, Value& value) override {
      value.accept(writer_);
      if (auto written = writer_.take()) out_.add(info.name, std::move(*written));
    }
    void not_modelled(std::string_view, std::string_view) override {}

   private:
    ValueWriter& writer_;
    JsonNode& out_;
  };

  void number(double v) {
    if (!std::isfinite(v)) return;
    result_ = v == std::floor(v) && std::abs(v) < 0x1p53 ? JsonNode::of(static_cast<std::int64_t>(v)) : JsonNode::of(v);
  }
  void bytes(double v) {
    if (!std::isfinite(v)) return;
    const std::string text = format_bytes(v);
    if (text.back() >= '0' && text.back() <= '9') return number(v);
    result_ = JsonNode::of(std::string_view(text));
  }

  std::optional<Unit> unit_;
  std::optional<JsonNode> result_;
};

}  // namespace

std::optional<JsonNode> write_value(FieldVisitor::Value& value, std::optional<Unit> unit) {
  ValueWriter writer(unit);
  value.accept(writer);
  return writer.take();
}

JsonNode write_object(ObjectView& object) {
  ValueWriter writer(std::nullopt);
  writer.object(object, FieldInfo{});
  return *writer.take();
}

}  // namespace windtunnel
