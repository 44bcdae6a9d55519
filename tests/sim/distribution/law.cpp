#include "tests/sim/distribution/law.hpp"

#include <gtest/gtest.h>

namespace windtunnel::test {
namespace {

class Setter final : public ValueVisitor, public FieldVisitor {
 public:
  explicit Setter(const Tree& tree) : tree_(tree) {}

  void visit(const FieldInfo& info, Value& value) override {
    for (const auto& [name, tree] : tree_.fields)
      if (name == info.name) {
        Setter inner(tree);
        value.accept(inner);
        ++known_;
      }
  }
  void not_modelled(std::string_view, std::string_view) override {}
  std::size_t known() const { return known_; }

  void value(bool&, const FieldInfo&) override { ADD_FAILURE(); }
  void value(std::int64_t& v, const FieldInfo&) override { v = static_cast<std::int64_t>(tree_.number); }
  void value(double& v, const FieldInfo&) override { v = tree_.number; }
  void value(std::string&, const FieldInfo&) override { ADD_FAILURE(); }
  void value(Duration&, const FieldInfo&) override { ADD_FAILURE(); }
  void value(Rate&, const FieldInfo&) override { ADD_FAILURE(); }
  void value(Share& v, const FieldInfo&) override { v.value = tree_.number; }
  void value(Cpu&, const FieldInfo&) override { ADD_FAILURE(); }
  void value(Bytes&, const FieldInfo&) override { ADD_FAILURE(); }
  void value(Quantity&, const FieldInfo&) override { ADD_FAILURE(); }
  void value(ByteRate&, const FieldInfo&) override { ADD_FAILURE(); }
  void value(Amount& v, const FieldInfo&) override { v.value = tree_.number; }
  void value(Enumerated&, const FieldInfo&) override { ADD_FAILURE(); }
  void object(ObjectView& v, const FieldInfo&) override { v.describe(*this); }
  void list(ListView& v, const FieldInfo&) override {
    for (std::size_t i = 0; i < tree_.items.size(); ++i) {
      v.append();
      Setter inner(tree_.items[i]);
      v.visit(i, inner);
    }
  }
  void map(MapView&, const FieldInfo&) override { ADD_FAILURE(); }
  void optional(OptionalView& v, const FieldInfo&) override {
    v.emplace();
    v.visit(*this);
  }
  void choice(ChoiceView& v, const FieldInfo&) override {
    ASSERT_TRUE(v.select(tree_.type)) << tree_.type;
    v.describe(*this);
  }

 private:
  const Tree& tree_;
  std::size_t known_ = 0;
};

class Collector final : public Problems {
 public:
  void error(std::string_view at, std::string message) override { said.push_back(std::string(at) + ": " + message); }
  void warning(std::string_view, std::string) override { ADD_FAILURE(); }
  std::vector<std::string> said;
};

}  // namespace

DistributionChoice law(const std::string& type, std::vector<std::pair<std::string, Tree>> fields) {
  const Tree tree = Tree::choice(type, std::move(fields));
  DistributionChoice made;
  EXPECT_TRUE(made.select(type)) << type;
  Setter setter(tree);
  made.mutable_params().describe(setter);
  EXPECT_EQ(setter.known(), tree.fields.size()) << "a field that " << type << " does not have";
  return made;
}

std::vector<std::string> problems(DistributionChoice choice) {
  Collector collector;
  choice.mutable_params().check(collector);
  return collector.said;
}

}  // namespace windtunnel::test
