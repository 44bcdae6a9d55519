#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/time.hpp"

// How a parameter structure says what it consists of. Each structure has one
//     void describe(FieldVisitor& v) { v.field("rate", rate, "Arrivals per second"); … }
// and the reader, its error messages, the JSON Schema, `windtunnel list`, `--show-effective`, the generated reference
// and the Python docstrings are visitors over it. Nothing about a parameter is written down twice.
namespace windtunnel {

// --- values with a unit: the type says which spellings fit -----------------------------------------------------------
struct Rate {  // "1200/s", "5/min", "40/h"
  double per_second = 0;
};
struct Share {  // 0.25 or "25%"
  double value = 0;
};
struct Cpu {  // Kubernetes quantity: "500m", "2", 2
  double cores = 0;
};
struct Bytes {  // Kubernetes quantity or decimal size: "512Mi", "420MB", "1G"
  double count = 0;
};
struct Quantity {  // Kubernetes quantity of whatever the field counts: "500m", "1k", "2Gi", 3
  double value = 0;
};
struct ByteRate {  // a size per second: "80MB/s", "1Gi/s"
  double per_second = 0;
};
// A number in the unit of the distribution that holds it: a duration where durations are drawn, plain elsewhere.
struct Amount {
  double value = 0;
};
// One of a few names, kept as its index into `names`.
struct Enumerated {
  int* value;
  std::span<const std::string_view> names;
};

enum class Unit { kNumber, kDuration, kBytes };  // what a distribution's Amounts are

// What fits. Bounds are in the base unit of the value (seconds, per second, cores, bytes, bytes per second,
// plain number).
struct Bounds {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  bool above_lo = false;        // lo itself does not fit
  bool required = false;        // no default: leaving the field out is an error
  bool quoted = false;          // a number or truth value that is written as text, as Kubernetes' annotations are
  Unit unit = Unit::kDuration;  // for distributions only
  bool one_or_several = false;  // of a list: an item may stand by itself for a list of one
};
inline constexpr Bounds kRequired{.required = true};
inline constexpr Bounds kPositive{.lo = 0, .above_lo = true};
inline constexpr Bounds kRequiredPositive{.lo = 0, .above_lo = true, .required = true};
inline constexpr Bounds kNonNegative{.lo = 0};

struct FieldInfo {
  std::string_view name;
  std::string_view meaning;
  Bounds bounds;
};

// A place in a data file that a scenario names: the file as the user wrote it and a line from 1, or 0 for all of it.
struct FilePlace {
  std::string_view file;
  std::size_t line = 0;
  std::string text() const {
    std::string out(file);
    if (line > 0) out.append(1, ':').append(std::to_string(line));
    return out;
  }
};

// Where a structure that has been read reports what single fields cannot see. `at` is a JSON pointer relative to the
// structure ("/steps/0/cpu"); empty means the structure itself.
class Problems {
 public:
  virtual ~Problems() = default;
  virtual void error(std::string_view at, std::string message) = 0;
  virtual void warning(std::string_view at, std::string message) = 0;
  // Of the file that the field at `at` names. Messages continue its name: "does not exist".
  virtual void file_error(std::string_view at, const FilePlace& place, std::string message) {
    error(at, place.text() + ": " + std::move(message));
  }
  virtual void file_warning(std::string_view at, const FilePlace& place, std::string message) {
    warning(at, place.text() + ": " + std::move(message));
  }
};

class FieldVisitor;

template <class T>
concept Describable = requires(T& t, FieldVisitor& v) {
  t.describe(v);
};
template <class T>
concept Checkable = requires(T& t, Problems& p) {
  t.check(p);
};

// --- type-erased views of values, handed to visitors
// ------------------------------------------------------------------
class ValueVisitor;

class ObjectView {
 public:
  virtual ~ObjectView() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems& p) = 0;
};
class ListView {
 public:
  virtual ~ListView() = default;
  virtual std::size_t size() const = 0;
  virtual void clear() = 0;
  virtual void append() = 0;                                   // a default element at the end
  virtual void visit(std::size_t index, ValueVisitor& v) = 0;  // a default element if index == size()
};
class MapView {
 public:
  virtual ~MapView() = default;
  virtual std::vector<std::string> keys() const = 0;
  virtual void insert(const std::string& key) = 0;
  virtual void visit(const std::string& key, ValueVisitor& v) = 0;
  virtual void visit_default(ValueVisitor& v) = 0;  // an element no map holds, to learn its shape
};
class OptionalView {
 public:
  virtual ~OptionalView() = default;
  virtual bool has_value() const = 0;
  virtual void emplace() = 0;
  virtual void visit(ValueVisitor& v) = 0;          // requires has_value()
  virtual void visit_default(ValueVisitor& v) = 0;  // to learn its shape
};
// A choice among registered types: {"type": "lognormal", …}.
class ChoiceView {
 public:
  struct Entry {
    std::string_view type;
    std::string_view summary;
  };
  virtual ~ChoiceView() = default;
  virtual std::span<const Entry> entries() const = 0;
  virtual std::string_view current() const = 0;    // empty: none chosen
  virtual bool select(std::string_view type) = 0;  // false: no such type
  virtual void describe(FieldVisitor& v) = 0;      // the chosen one; requires current() != ""
  virtual void check(Problems& p) = 0;
  virtual void describe(std::string_view type, FieldVisitor& v) = 0;  // a fresh one of that type
  // A bare value stands for {"type": shorthand_type(), FIRST_FIELD: value}; empty: no shorthand.
  virtual std::string_view shorthand_type() const = 0;
  virtual std::string_view kind() const = 0;  // "distribution", "load balancer", …
  virtual std::string_view tag() const = 0;   // the key that names the type: "type", "phase", "metric"
};

// Called with one value at a time. `info` is that of the field the value belongs to.
class ValueVisitor {
 public:
  virtual ~ValueVisitor() = default;
  virtual void value(bool& v, const FieldInfo& info) = 0;
  virtual void value(std::int64_t& v, const FieldInfo& info) = 0;
  virtual void value(double& v, const FieldInfo& info) = 0;
  virtual void value(std::string& v, const FieldInfo& info) = 0;
  virtual void value(Duration& v, const FieldInfo& info) = 0;
  virtual void value(Rate& v, const FieldInfo& info) = 0;
  virtual void value(Share& v, const FieldInfo& info) = 0;
  virtual void value(Cpu& v, const FieldInfo& info) = 0;
  virtual void value(Bytes& v, const FieldInfo& info) = 0;
  virtual void value(Quantity& v, const FieldInfo& info) = 0;
  virtual void value(ByteRate& v, const FieldInfo& info) = 0;
  virtual void value(Amount& v, const FieldInfo& info) = 0;
  virtual void value(Enumerated& v, const FieldInfo& info) = 0;
  virtual void object(ObjectView& v, const FieldInfo& info) = 0;
  virtual void list(ListView& v, const FieldInfo& info) = 0;
  virtual void map(MapView& v, const FieldInfo& info) = 0;
  virtual void optional(OptionalView& v, const FieldInfo& info) = 0;
  virtual void choice(ChoiceView& v, const FieldInfo& info) = 0;
};

template <class T>
void accept(T& value, ValueVisitor& v, const FieldInfo& info);  // dispatches on T; below

// Called by describe(), once per field, in the order in which people should read them.
class FieldVisitor {
 public:
  class Value {
   public:
    virtual ~Value() = default;
    virtual void accept(ValueVisitor& v) = 0;
  };

  virtual ~FieldVisitor() = default;
  virtual void visit(const FieldInfo& info, Value& value) = 0;
  // A field of an embedded real object (a Kubernetes spec) that exists there and that we do not model: reading it is a
  // warning that names it and says why; the schema accepts it.
  virtual void not_modelled(std::string_view name, std::string_view reason) = 0;

  template <class T>
  void field(std::string_view name, T& value, std::string_view meaning, Bounds bounds = {}) {
    class Of final : public Value {
     public:
      Of(T& target, const FieldInfo& about) : target_(target), about_(about) {}
      void accept(ValueVisitor& v) override { windtunnel::accept(target_, v, about_); }

     private:
      T& target_;
      const FieldInfo& about_;
    };
    const FieldInfo info{name, meaning, bounds};
    Of of(value, info);
    visit(info, of);
  }

  // An enumeration whose values are 0, 1, … in the order of `names`.
  template <class E>
  requires std::is_enum_v<E>
  void choice(std::string_view name, E& value, std::span<const std::string_view> names, std::string_view meaning,
              Bounds bounds = {}) {
    int index = static_cast<int>(value);
    Enumerated enumerated{&index, names};
    field(name, enumerated, meaning, bounds);
    value = static_cast<E>(index);
  }
};

// --- choices
// ----------------------------------------------------------------------------------------------------------

// The explicit list of a policy's types. `Params` is the abstract base of their parameter structures; it must have
//   virtual void describe(FieldVisitor&);  virtual void check(Problems&) (may do nothing);
//   static const Registry<Params>& registry();
template <class Params>
class Registry {
 public:
  explicit Registry(std::string_view kind, std::string_view tag = "type", std::string_view shorthand_type = {})
      : kind_(kind), tag_(tag), shorthand_type_(shorthand_type) {}

  template <class Concrete>
  void add(std::string_view type, std::string_view summary) {
    entries_.push_back({type, summary});
    makers_.push_back([]() -> std::shared_ptr<Params> { return std::make_shared<Concrete>(); });
  }

  std::span<const ChoiceView::Entry> entries() const { return entries_; }
  std::string_view kind() const { return kind_; }
  std::string_view tag() const { return tag_; }
  std::string_view shorthand_type() const { return shorthand_type_; }
  std::shared_ptr<Params> make(std::string_view type) const {  // null: no such type
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].type == type) return makers_[i]();
    return nullptr;
  }

 private:
  std::string_view kind_, tag_, shorthand_type_;
  std::vector<ChoiceView::Entry> entries_;
  std::vector<std::shared_ptr<Params> (*)()> makers_;
};

// One chosen type with its parameters. Copies share the parameters, which nobody changes once they are read.
template <class Params>
class Choice {
 public:
  Choice() = default;
  // Chooses a type by name with its defaults; asserts that it exists.
  static Choice of(std::string_view type) {
    Choice c;
    c.select(type);
    return c;
  }
  template <class Concrete>
  static Choice of(std::string_view type, Concrete params) {
    Choice c;
    c.type_ = type;
    c.params_ = std::make_shared<Concrete>(std::move(params));
    return c;
  }

  bool select(std::string_view type) {
    auto made = Params::registry().make(type);
    if (!made) return false;
    params_ = std::move(made);
    type_ = type;
    return true;
  }
  explicit operator bool() const { return params_ != nullptr; }
  const std::string& type() const { return type_; }
  const Params& operator*() const { return *params_; }
  const Params* operator->() const { return params_.get(); }
  Params& mutable_params() { return *params_; }

 private:
  std::string type_;
  std::shared_ptr<Params> params_;
};

// --- dispatch
// ---------------------------------------------------------------------------------------------------------
namespace detail {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsChoice : std::false_type {};
template <class T>
struct IsChoice<Choice<T>> : std::true_type {};

template <class T>
class ObjectOf final : public ObjectView {
 public:
  explicit ObjectOf(T& target) : target_(target) {}
  void describe(FieldVisitor& v) override { target_.describe(v); }
  void check(Problems& p) override {
    if constexpr (Checkable<T>) target_.check(p);
  }

 private:
  T& target_;
};

template <class T>
class ListOf final : public ListView {
 public:
  ListOf(std::vector<T>& target, const FieldInfo& info) : target_(target), info_(info) {}
  std::size_t size() const override { return target_.size(); }
  void clear() override { target_.clear(); }
  void append() override { target_.emplace_back(); }
  void visit(std::size_t index, ValueVisitor& v) override {
    if (index < target_.size()) return accept(target_[index], v, info_);
    T shape{};
    accept(shape, v, info_);
  }

 private:
  std::vector<T>& target_;
  const FieldInfo& info_;
};

template <class T>
class MapOf final : public MapView {
 public:
  MapOf(std::map<std::string, T>& target, const FieldInfo& info) : target_(target), info_(info) {}
  std::vector<std::string> keys() const override {
    std::vector<std::string> out;
    for (const auto& [key, unused] : target_) out.push_back(key);
    return out;
  }
  void insert(const std::string& key) override { target_[key]; }
  void visit(const std::string& key, ValueVisitor& v) override { accept(target_.at(key), v, info_); }
  void visit_default(ValueVisitor& v) override {
    T shape{};
    accept(shape, v, info_);
  }

 private:
  std::map<std::string, T>& target_;
  const FieldInfo& info_;
};

template <class T>
class OptionalOf final : public OptionalView {
 public:
  OptionalOf(std::optional<T>& target, const FieldInfo& info) : target_(target), info_(info) {}
  bool has_value() const override { return target_.has_value(); }
  void emplace() override { target_.emplace(); }
  void visit(ValueVisitor& v) override { accept(*target_, v, info_); }
  void visit_default(ValueVisitor& v) override {
    T shape{};
    accept(shape, v, info_);
  }

 private:
  std::optional<T>& target_;
  const FieldInfo& info_;
};

template <class Params>
class ChoiceOf final : public ChoiceView {
 public:
  explicit ChoiceOf(Choice<Params>& target) : target_(target) {}
  std::span<const Entry> entries() const override { return Params::registry().entries(); }
  std::string_view current() const override { return target_ ? std::string_view(target_.type()) : std::string_view(); }
  bool select(std::string_view type) override { return target_.select(type); }
  void describe(FieldVisitor& v) override { target_.mutable_params().describe(v); }
  void check(Problems& p) override { target_.mutable_params().check(p); }
  void describe(std::string_view type, FieldVisitor& v) override { Params::registry().make(type)->describe(v); }
  std::string_view shorthand_type() const override { return Params::registry().shorthand_type(); }
  std::string_view kind() const override { return Params::registry().kind(); }
  std::string_view tag() const override { return Params::registry().tag(); }

 private:
  Choice<Params>& target_;
};

}  // namespace detail

template <class T>
void accept(T& value, ValueVisitor& v, const FieldInfo& info) {
  if constexpr (detail::IsVector<T>::value) {
    detail::ListOf<typename T::value_type> view(value, info);
    v.list(view, info);
  } else if constexpr (detail::IsMap<T>::value) {
    detail::MapOf<typename T::mapped_type> view(value, info);
    v.map(view, info);
  } else if constexpr (detail::IsOptional<T>::value) {
    detail::OptionalOf<typename T::value_type> view(value, info);
    v.optional(view, info);
  } else if constexpr (detail::IsChoice<T>::value) {
    detail::ChoiceOf view(value);
    v.choice(view, info);
  } else if constexpr (Describable<T>) {
    detail::ObjectOf<T> view(value);
    v.object(view, info);
  } else {
    v.value(value, info);
  }
}

}  // namespace windtunnel
