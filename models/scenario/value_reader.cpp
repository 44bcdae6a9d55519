#include "models/scenario/value_reader.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <system_error>
#include <tuple>

#include "models/scenario/bounds_text.hpp"
#include "models/scenario/nearest.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {

// --- where issues are
// ---------------------------------------------------------------------------------------------------

Issue IssueCollector::issue(const std::string& pointer, std::string message) const {
  const std::string written = written_pointer(root_, pointer);
  const JsonNode& node = nearest_node(root_, written);
  return issue(written, std::move(message), node.line, node.column, node.origin);
}

Issue IssueCollector::issue(const std::string& pointer, std::string message, int line, int column, int origin) const {
  Issue out{file_, line, column, pointer, std::move(message)};
  if (origin >= 0) {
    out.line = out.column = 0;
    out.message = "--set " + overrides_[static_cast<std::size_t>(origin)] + ": " + out.message;
    return out;
  }
  for (const Graft& graft : grafts_) {
    if (!graft.holds(pointer)) continue;
    out.file = graft.file;
    out.pointer = graft.in_manifest(pointer);
  }
  return out;
}

void IssueCollector::error(Issue issue, std::optional<std::string_view> pointer) {
  errors_.push_back(std::move(issue));
  if (pointer) unsound_.push_back(written_pointer(root_, *pointer));
}

namespace {

// `inner` is `outer` or lies below it.
bool is_within(std::string_view inner, std::string_view outer) {
  return inner.substr(0, outer.size()) == outer && (inner.size() == outer.size() || inner[outer.size()] == '/');
}

// Files in the order in which they first had an issue; within a file by place, what has none last.
std::vector<Issue> in_order(std::vector<Issue> issues) {
  std::vector<std::string> files;
  for (const Issue& issue : issues)
    if (std::find(files.begin(), files.end(), issue.file) == files.end()) files.push_back(issue.file);
  const auto rank = [&](const Issue& i) {
    return std::tuple(std::find(files.begin(), files.end(), i.file) - files.begin(),
                      i.line > 0 ? i.line : std::numeric_limits<int>::max(), i.column);
  };
  std::stable_sort(issues.begin(), issues.end(), [&](const Issue& a, const Issue& b) { return rank(a) < rank(b); });
  return issues;
}

}  // namespace

bool IssueCollector::readable(std::string_view pointer) const {
  const std::string written = written_pointer(root_, pointer);
  return std::none_of(unsound_.begin(), unsound_.end(),
                      [&](const std::string& unsound) { return is_within(written, unsound); });
}

bool IssueCollector::sound(std::string_view pointer) const {
  const std::string written = written_pointer(root_, pointer);
  return readable(pointer) && std::none_of(unsound_.begin(), unsound_.end(),
                                           [&](const std::string& unsound) { return is_within(unsound, written); });
}

std::vector<Issue> IssueCollector::take_errors() { return in_order(std::move(errors_)); }
std::vector<Issue> IssueCollector::take_warnings() { return in_order(std::move(warnings_)); }

Issue ProblemsAt::in_file(std::string_view at, const FilePlace& place, std::string message) const {
  const std::filesystem::path path = std::filesystem::path(folder_) / place.file;
  if (std::error_code unused; place.line == 0 || !std::filesystem::is_regular_file(path, unused))
    return issues_.issue(pointer(at), in_quotes(place.file) + " " + message);
  return {path.lexically_normal().string(), static_cast<int>(place.line), 0, pointer(at), std::move(message)};
}

// --- reading
// ------------------------------------------------------------------------------------------------------------
namespace {

std::string found(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::kNull:
      return "null";
    case JsonNode::Kind::kBoolean:
      return node.boolean ? "true" : "false";
    case JsonNode::Kind::kInteger:
    case JsonNode::Kind::kNumber:
      return "the number " + (node.text.size() > 40 ? node.text.substr(0, 40) + "…" : node.text);
    case JsonNode::Kind::kString:
      return "the text " + in_quotes(node.text);
    case JsonNode::Kind::kArray:
      return "a list";
    case JsonNode::Kind::kObject:
      return "an object";
  }
  return {};
}

std::vector<std::string> copy_names(std::span<const std::string_view> names) { return {names.begin(), names.end()}; }

std::vector<std::string> types_of(const ChoiceView& choice) {
  std::vector<std::string> out;
  for (const ChoiceView::Entry& entry : choice.entries()) out.emplace_back(entry.type);
  return out;
}

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) out += (i == 0 ? "" : ", ") + words[i];
  return out;
}

class ValueReader final : public ValueVisitor {
 public:
  explicit ValueReader(IssueCollector& issues) : issues_(issues) {}

  // Whether check() was reached.
  bool read_root(const JsonNode& node, ObjectView& target) {
    node_ = &node;
    object(target, FieldInfo{});
    return checked_;
  }

  void value(bool& v, const FieldInfo& info) override {
    const JsonNode node = unquoted(info);
    if (node.kind == JsonNode::Kind::kBoolean) {
      v = node.boolean;
    } else {
      needs(info.bounds.quoted ? R"("true" or "false")" : "true or false");
    }
  }

  void value(std::int64_t& v, const FieldInfo& info) override {
    const std::string whole = info.bounds.quoted ? R"(a whole number in double quotes, such as "3")" : "a whole number";
    const JsonNode node = unquoted(info);
    if (!node.is_number()) return needs(whole);
    std::int64_t read = node.integer;
    if (node.kind == JsonNode::Kind::kNumber) {
      if (node.number != std::floor(node.number)) return needs(whole);
      if (std::abs(node.number) > 0x1p53) return error("the number " + node.text + " is too large");
      read = static_cast<std::int64_t>(node.number);
    }
    if (fits(static_cast<double>(read), info.bounds, format_number)) v = read;
  }

  void value(double& v, const FieldInfo& info) override {
    const JsonNode node = unquoted(info);
    if (!node.is_number())
      return needs(info.bounds.quoted ? R"(a number in double quotes, such as "70")" : "a plain number");
    if (fits(node.number, info.bounds, format_number)) v = node.number;
  }

  void value(std::string& v, const FieldInfo&) override {
    // On a command line nobody quotes a name that looks like a number.
    const bool word = node_->origin >= 0 && (node_->is_number() || node_->kind == JsonNode::Kind::kBoolean);
    if (node_->kind == JsonNode::Kind::kString || (word && node_->is_number())) {
      v = node_->text;
    } else if (word) {
      v = node_->boolean ? "true" : "false";
    } else {
      needs("text in double quotes");
    }
  }

  void value(Duration& v, const FieldInfo& info) override {
    Duration read{};
    if (!text_with_unit("a duration", kDurationUnits, R"("250ms" or "1h30m")", read,
                        [](std::string_view text, Duration& out) { return parse_duration(text, out); }))
      return;
    if (fits(to_seconds(read), info.bounds, spell_duration)) v = read;
  }

  void value(Rate& v, const FieldInfo& info) override {
    double read = 0;
    if (!text_with_unit("a rate", kRateUnits, R"("1200/s" or "5/min")", read, parse_rate)) return;
    if (fits(read, info.bounds, format_rate)) v.per_second = read;
  }

  void value(Share& v, const FieldInfo& info) override {
    double read = 0;
    if (node_->is_number()) {
      read = node_->number;
      if (read > 1 && read <= 100)
        return error("a share is from 0 to 1; found the number " + node_->text + "; did you mean " +
                     in_quotes(node_->text + "%") + "?");
    } else if (node_->kind == JsonNode::Kind::kString) {
      if (const std::string wrong = parse_percent(node_->text, read); !wrong.empty())
        return error(in_quotes(node_->text) + " " + wrong);
    } else {
      return needs(R"(a share: a number from 0 to 1 or a percentage such as "25%")");
    }
    if (!(read >= 0 && read <= 1)) return error("a share is from 0 to 1; found " + found(*node_));
    if (fits(read, info.bounds, format_number)) v.value = read;
  }

  void value(Cpu& v, const FieldInfo& info) override {
    double read = 0;
    if (node_->is_number()) {
      read = node_->number;
      if (read < 0) return error("CPU cannot be negative; found " + found(*node_));
    } else if (node_->kind == JsonNode::Kind::kString) {
      if (const std::string wrong = parse_cpu(node_->text, read); !wrong.empty())
        return error(in_quotes(node_->text) + " " + wrong);
    } else {
      return needs(R"(CPU in cores, such as 2, 0.5 or "500m")");
    }
    if (fits(read, info.bounds, format_cpu)) v.cores = read;
  }

  void value(Bytes& v, const FieldInfo& info) override { read_bytes(v.count, info); }

  void value(Quantity& v, const FieldInfo& info) override {
    double read = 0;
    if (node_->is_number()) {
      read = node_->number;
    } else if (node_->kind == JsonNode::Kind::kString) {
      if (const std::string wrong = parse_quantity(node_->text, read); !wrong.empty())
        return error(in_quotes(node_->text) + " " + wrong);
    } else {
      return needs(R"(a quantity, such as 3, "500m" or "1k")");
    }
    if (fits(read, info.bounds, format_quantity)) v.value = read;
  }
  void value(ByteRate& v, const FieldInfo& info) override {
    double read = 0;
    if (!text_with_unit("a byte rate", kByteRateUnits, R"("80MB/s" or "1Gi/s")", read, parse_byte_rate)) return;
    if (fits(read, info.bounds, format_byte_rate)) v.per_second = read;
  }

  void value(Amount& v, const FieldInfo& info) override {
    switch (unit_.value_or(info.bounds.unit)) {
      case Unit::kNumber:
        if (!node_->is_number()) return needs("a plain number");
        if (fits(node_->number, info.bounds, format_number)) v.value = node_->number;
        return;
      case Unit::kDuration: {
        double read = 0;
        if (!text_with_unit("a duration", kDurationUnits, R"("250ms" or "1h30m")", read,
                            [](std::string_view text, double& out) { return parse_duration(text, out); }))
          return;
        if (fits(read, info.bounds, spell_duration)) v.value = read;
        return;
      }
      case Unit::kBytes:
        read_bytes(v.value, info);
        return;
    }
  }

  void value(Enumerated& v, const FieldInfo&) override {
    const std::vector<std::string> names = copy_names(v.names);
    if (node_->kind != JsonNode::Kind::kString) return needs("one of " + list_of(names));
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] != node_->text) continue;
      *v.value = static_cast<int>(i);
      return;
    }
    error("needs one of " + list_of(names) + "; found " + found(*node_) + near(node_->text, names));
  }

  void object(ObjectView& v, const FieldInfo&) override {
    checked_ = false;
    // A manifest's name that led to nothing, which is said already.
    if (node_->kind == JsonNode::Kind::kString && !issues_.readable(pointer_)) return;
    if (node_->kind != JsonNode::Kind::kObject) return needs("an object { … }");
    const std::size_t errors = issues_.error_count();
    Fields fields(*this, *node_, {});
    v.describe(fields);
    fields.report_unknown();
    checked_ = issues_.error_count() == errors;
    if (!checked_) return;
    ProblemsAt problems(issues_, pointer_);
    v.check(problems);
  }

  void list(ListView& v, const FieldInfo& info) override {
    if (node_->kind != JsonNode::Kind::kArray) {
      if (!info.bounds.one_or_several) return needs("a list [ … ]");
      v.clear();
      v.append();
      return v.visit(0, *this);
    }
    v.clear();
    const JsonNode& list = *node_;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      v.append();
      const Descent down(*this, list.items[i], std::to_string(i));
      v.visit(i, *this);
    }
  }

  void map(MapView& v, const FieldInfo&) override {
    if (node_->kind != JsonNode::Kind::kObject) return needs("an object { … }");
    const JsonNode& map = *node_;
    for (std::size_t i = 0; i < map.items.size(); ++i) {
      const std::string& key = map.keys[i].text;
      if (map.find(key) != &map.items[i]) continue;  // a duplicate, reported as such
      v.insert(key);
      const Descent down(*this, map.items[i], key);
      v.visit(key, *this);
    }
  }

  void optional(OptionalView& v, const FieldInfo&) override {
    if (node_->kind == JsonNode::Kind::kNull) return;
    v.emplace();
    v.visit(*this);
  }

  void choice(ChoiceView& v, const FieldInfo& info) override {
    if (node_->kind == JsonNode::Kind::kNull && v.current().empty() && !info.bounds.required) return;
    const std::optional<Unit> outer = unit_;
    // The outermost distribution says what is drawn; its parts draw the same.
    if (v.kind() == "distribution" && !unit_) unit_ = info.bounds.unit;
    read_choice(v);
    unit_ = outer;
  }

 private:
  // Goes down to a part of the current node and comes back up at its end.
  class Descent {
   public:
    Descent(ValueReader& reader, const JsonNode& node, std::string_view key)
        : reader_(reader), node_(reader.node_), length_(reader.pointer_.size()) {
      reader.node_ = &node;
      reader.pointer_ += '/' + pointer_token(key);
    }
    ~Descent() {
      reader_.node_ = node_;
      reader_.pointer_.resize(length_);
    }
    Descent(const Descent&) = delete;
    Descent& operator=(const Descent&) = delete;

   private:
    ValueReader& reader_;
    const JsonNode* node_;
    std::size_t length_;
  };

  class Fields final : public FieldVisitor {
   public:
    Fields(ValueReader& reader, const JsonNode& object, std::string_view tag) : reader_(reader), object_(object) {
      if (!tag.empty()) known_.emplace_back(tag);
    }
    void visit(const FieldInfo& info, Value& value) override {
      known_.emplace_back(info.name);
      if (const JsonNode* node = object_.find(info.name)) {
        const Descent down(reader_, *node, info.name);
        value.accept(reader_);
      } else if (info.bounds.required) {
        reader_.missing(info);
      }
    }
    void not_modelled(std::string_view name, std::string_view reason) override {
      known_.emplace_back(name);
      if (object_.find(name) != nullptr)
        reader_.issues_.warning(reader_.pointer_ + '/' + pointer_token(name),
                                in_quotes(name) + " is not modelled: " + std::string(reason));
    }
    void report_unknown() {
      for (std::size_t i = 0; i < object_.keys.size(); ++i) {
        const JsonNode::Key& key = object_.keys[i];
        if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
        if (object_.find(key.text) != &object_.items[i]) continue;  // a duplicate, reported as such
        reader_.issues_.error_at_key(reader_.pointer_ + '/' + pointer_token(key.text), key, object_.items[i].origin,
                                     "unknown key " + in_quotes(key.text) + suggestion(key.text, known_, "here"));
      }
    }

   private:
    ValueReader& reader_;
    const JsonNode& object_;
    std::vector<std::string> known_;
  };

  // A bare value that stands for {"type": shorthand, FIRST_FIELD: value}.
  class FirstField final : public FieldVisitor {
   public:
    explicit FirstField(ValueReader& reader) : reader_(reader) {}
    void visit(const FieldInfo& info, Value& value) override {
      if (first_) {
        first_ = false;
        value.accept(reader_);
      } else if (info.bounds.required) {
        reader_.missing(info);
      }
    }
    void not_modelled(std::string_view, std::string_view) override {}

   private:
    ValueReader& reader_;
    bool first_ = true;
  };

  void read_choice(ChoiceView& v) {
    const std::vector<std::string> types = types_of(v);
    const std::string tag(v.tag());
    const std::size_t errors = issues_.error_count();
    if (node_->kind == JsonNode::Kind::kObject) {
      const JsonNode* type = node_->find(tag);
      if (type == nullptr) return error(names_the_kind(v, types) + misspelt_tag(tag));
      {
        const Descent down(*this, *type, tag);
        if (type->kind != JsonNode::Kind::kString) return needs("one of " + list_of(types));
        if (!v.select(type->text))
          return error("unknown " + std::string(v.kind()) + " " + tag + " " + in_quotes(type->text) +
                       suggestion(type->text, types, "ones"));
      }
      Fields fields(*this, *node_, tag);
      v.describe(fields);
      fields.report_unknown();
    } else if (node_->is_scalar() && node_->kind != JsonNode::Kind::kNull && !v.shorthand_type().empty() &&
               !is_type_name(types)) {
      if (!v.select(v.shorthand_type())) return error("there is no " + std::string(v.kind()) + " for a bare value");
      FirstField first(*this);
      v.describe(first);
    } else {
      std::string example;
      if (is_type_name(types)) example = "; write { \"" + tag + "\": " + in_quotes(node_->text) + " }";
      return error(names_the_kind(v, types) + "; found " + found(*node_) + example);
    }
    if (issues_.error_count() != errors) return;
    ProblemsAt problems(issues_, pointer_);
    v.check(problems);
  }

  static std::string names_the_kind(const ChoiceView& v, const std::vector<std::string>& types) {
    return "needs an object with a key " + in_quotes(v.tag()) + " that names the " + std::string(v.kind()) +
           ", one of " + list_of(types);
  }

  bool is_type_name(const std::vector<std::string>& types) const {
    return node_->kind == JsonNode::Kind::kString && std::find(types.begin(), types.end(), node_->text) != types.end();
  }

  // "; did you mean "type" by "tpye"?" for an object without its tag.
  std::string misspelt_tag(const std::string& tag) const {
    for (const JsonNode::Key& key : node_->keys)
      if (nearest_name(key.text, std::span(&tag, 1)) == tag)
        return "; did you mean that by " + in_quotes(key.text) + "?";
    return {};
  }

  static std::string near(std::string_view word, const std::vector<std::string>& names) {
    const std::string name = nearest_name(word, names);
    return name.empty() ? "" : "; did you mean " + in_quotes(name) + "?";
  }

  static std::string spell_duration(double seconds) { return format_duration(seconds); }

  void read_bytes(double& v, const FieldInfo& info) {
    double read = 0;
    if (node_->is_number()) {
      read = node_->number;
      if (read < 0) return error("a size cannot be negative; found " + found(*node_));
    } else if (node_->kind == JsonNode::Kind::kString) {
      if (const std::string wrong = parse_bytes(node_->text, read); !wrong.empty())
        return error(in_quotes(node_->text) + " " + wrong);
    } else {
      return needs(R"(a size: bytes, or text such as "512Mi" or "420MB")");
    }
    if (fits(read, info.bounds, format_bytes)) v = read;
  }

  template <class T, class Parse>
  bool text_with_unit(const std::string& what, std::string_view units, const std::string& examples, T& out,
                      Parse parse) {
    const std::string fits_text = what + " with a unit (" + std::string(units) + "), such as " + examples;
    if (node_->is_number()) {
      error("needs " + fits_text + "; found the bare number " + node_->text);
      return false;
    }
    if (node_->kind != JsonNode::Kind::kString) {
      needs(fits_text);
      return false;
    }
    if (const std::string wrong = parse(node_->text, out); !wrong.empty()) {
      error(in_quotes(node_->text) + " " + wrong);
      return false;
    }
    return true;
  }

  template <class Spell>
  bool fits(double read, const Bounds& bounds, Spell spell) {
    const bool low_enough = read <= bounds.hi, high_enough = bounds.above_lo ? read > bounds.lo : read >= bounds.lo;
    if (low_enough && high_enough) return true;
    error("must be " + bounds_text(bounds, spell) + "; found " + found(*node_));
    return false;
  }

  // The node, or the number or truth value that it spells as text where that is how the field is written.
  JsonNode unquoted(const FieldInfo& info) const {
    if (!info.bounds.quoted || node_->kind != JsonNode::Kind::kString) return *node_;
    JsonDocument inside = parse_json(node_->text);
    const bool spells = inside.complete && inside.problems.empty() &&
                        (inside.root.is_number() || inside.root.kind == JsonNode::Kind::kBoolean);
    return spells ? inside.root : *node_;
  }

  void needs(const std::string& what) {
    std::string message = "needs " + what + "; found " + found(*node_);
    double number = 0;
    if (node_->kind == JsonNode::Kind::kString && what.find("number") != std::string::npos &&
        what.find("quotes") == std::string::npos && parse_cpu(node_->text, number).empty())
      message += "; a plain number stands without quotes";
    error(std::move(message));
  }
  void error(std::string message) { issues_.error(pointer_, std::move(message)); }
  void missing(const FieldInfo& info) {
    issues_.error(pointer_ + '/' + pointer_token(info.name),
                  in_quotes(info.name) + " is missing: " + std::string(info.meaning));
  }

  IssueCollector& issues_;
  const JsonNode* node_ = nullptr;
  std::string pointer_;
  std::optional<Unit> unit_;  // what the distribution around the current value draws
  bool checked_ = false;      // the object that was read last got to its check()
};

}  // namespace

bool read_object(const JsonNode& node, ObjectView& target, IssueCollector& issues) {
  return ValueReader(issues).read_root(node, target);
}

}  // namespace windtunnel
