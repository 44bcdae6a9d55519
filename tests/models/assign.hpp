#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/describe/field.hpp"

// Fills described parameters from literals, so that a policy's test does not need the scenario reader:
//     assign(params, {{"service", "checkout"}, {"at", Duration{5s}}, {"share", Share{0.3}}});
// Fields that are not named keep their defaults; a name or a type that does not fit fails the test.
namespace windtunnel::test {

struct Literal;
using Fields = std::vector<std::pair<std::string, Literal>>;
using Items = std::vector<Literal>;

struct Literal {
  std::variant<bool, std::int64_t, double, std::string, Duration, Rate, Share, Cpu, Bytes, Quantity, ByteRate, Fields,
               Items>
      value;

  Literal(const char* v) : value(std::string(v)) {}  // NOLINT: literals are meant to convert
  Literal(int v) : value(std::int64_t{v}) {}         // NOLINT
  template <class T>
  Literal(T v) : value(std::move(v)) {}  // NOLINT
};

template <class T>
void assign(T& params, const Fields& fields);

class AssignValue final : public ValueVisitor {
 public:
  explicit AssignValue(const Literal& from) : from_(from) {}
  void value(bool& v, const FieldInfo& info) override { take(v, info); }
  void value(std::int64_t& v, const FieldInfo& info) override { take(v, info); }
  void value(double& v, const FieldInfo& info) override { take(v, info); }
  void value(std::string& v, const FieldInfo& info) override { take(v, info); }
  void value(Duration& v, const FieldInfo& info) override { take(v, info); }
  void value(Rate& v, const FieldInfo& info) override { take(v, info); }
  void value(Share& v, const FieldInfo& info) override { take(v, info); }
  void value(Cpu& v, const FieldInfo& info) override { take(v, info); }
  void value(Bytes& v, const FieldInfo& info) override { take(v, info); }
  void value(Quantity& v, const FieldInfo& info) override { take(v, info); }
  void value(ByteRate& v, const FieldInfo& info) override { take(v, info); }
  void value(Amount& v, const FieldInfo& info) override { take(v.value, info); }
  void value(Enumerated& v, const FieldInfo& info) override {
    std::string name;
    take(name, info);
    for (std::size_t i = 0; i < v.names.size(); ++i)
      if (v.names[i] == name) {
        *v.value = static_cast<int>(i);
        return;
      }
    ADD_FAILURE() << info.name << " has no value " << name;
  }
  void object(ObjectView& v, const FieldInfo& info) override {
    Fields fields;
    take(fields, info);
    assign(v, fields);
  }
  void list(ListView& v, const FieldInfo& info) override {
    Items items;
    take(items, info);
    v.clear();
    for (std::size_t i = 0; i < items.size(); ++i) {
      v.append();
      AssignValue item(items[i]);
      v.visit(i, item);
    }
  }
  void map(MapView& v, const FieldInfo& info) override {
    Fields fields;
    take(fields, info);
    for (const auto& [key, literal] : fields) {
      v.insert(key);
      AssignValue item(literal);
      v.visit(key, item);
    }
  }
  void optional(OptionalView& v, const FieldInfo&) override {
    v.emplace();
    v.visit(*this);
  }
  void choice(ChoiceView& v, const FieldInfo& info) override {
    Fields fields;
    take(fields, info);
    ASSERT_FALSE(fields.empty());
    ASSERT_EQ(fields.front().first, v.tag());
    ASSERT_TRUE(v.select(std::get<std::string>(fields.front().second.value)));
    fields.erase(fields.begin());
    assign(v, fields);
  }

 private:
  template <class T>
  void take(T& to, const FieldInfo& info) {
    if (const T* exact = std::get_if<T>(&from_.value))
      to = *exact;
    else
      ADD_FAILURE() << info.name << " is given a literal of another type";
  }
  const Literal& from_;
};

template <class T>
void assign(T& params, const Fields& fields) {
  class Visitor final : public FieldVisitor {
   public:
    explicit Visitor(const Fields& from) : from_(from) {}
    void visit(const FieldInfo& info, Value& value) override {
      for (const auto& [name, literal] : from_) {
        if (name != info.name) continue;
        ++used;
        AssignValue to(literal);
        value.accept(to);
      }
    }
    void not_modelled(std::string_view, std::string_view) override {}
    std::size_t used = 0;

   private:
    const Fields& from_;
  };
  Visitor visitor(fields);
  params.describe(visitor);
  EXPECT_EQ(visitor.used, fields.size()) << "a field that does not exist";
}

// A policy by name with these parameters.
template <class Params>
Choice<Params> chosen(std::string_view type, const Fields& fields = {}) {
  auto choice = Choice<Params>::of(type);
  assign(choice.mutable_params(), fields);
  return choice;
}

// Collects what check() finds.
class Found final : public Problems {
 public:
  void error(std::string_view at, std::string message) override { errors.push_back(std::string(at) + ": " + message); }
  void warning(std::string_view at, std::string message) override {
    warnings.push_back(std::string(at) + ": " + message);
  }
  std::vector<std::string> errors, warnings;
};

}  // namespace windtunnel::test
