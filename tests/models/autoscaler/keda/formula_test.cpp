#include "models/autoscaler/keda/formula.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace windtunnel::keda {
namespace {

using testing::HasSubstr;
using Kind = Formula::Result::Kind;

const std::vector<std::string> kNames = {"a", "b", "queue_length"};

Formula formula(std::string_view text) {
  Formula out;
  EXPECT_EQ(Formula::parse(text, kNames, out), "") << text;
  return out;
}
double value(std::string_view text, std::vector<std::optional<double>> values = {3, 5, 0.5}) {
  const Formula::Result result = formula(text).value(values);
  EXPECT_EQ(result.kind, Kind::kNumber) << text;
  return result.number;
}
std::string wrong(std::string_view text, const std::vector<std::string>& names = kNames) {
  Formula unused;
  return Formula::parse(text, names, unused);
}

struct Row {
  const char* text;
  double value;
};

TEST(KedaFormula, WorksOutWhatExprLangsTestsOfBuiltinsSay) {
  // builtin_test.go (TestBuiltin): the rows of numbers and of arrays that are written out.
  for (const Row& row : std::vector<Row>{{"abs(-5)", 5},
                                         {"abs(.5)", .5},
                                         {"abs(-.5)", .5},
                                         {"ceil(5.5)", 6},
                                         {"ceil(5)", 5},
                                         {"floor(5.5)", 5},
                                         {"floor(5)", 5},
                                         {"round(5.5)", 6},
                                         {"round(5)", 5},
                                         {"round(5.49)", 5},
                                         {"int(5.5)", 5},
                                         {"int(5)", 5},
                                         {"float(5)", 5},
                                         {"float(5.5)", 5.5},
                                         {"max(1, 2, 3)", 3},
                                         {"max(1.5, 2.5, 3.5)", 3.5},
                                         {"max([1, 2, 3])", 3},
                                         {"max([1.5, 2.5, 3.5])", 3.5},
                                         {"max([1, 2, 4, 10], 20, [29, 23, -19])", 29},
                                         {"min([1, 2, 4, 10], 20, [29, 23, -19])", -19},
                                         {"min(1, 2, 3)", 1},
                                         {"min(1.5, 2.5, 3.5)", 1.5},
                                         {"min([1, 2, 3])", 1},
                                         {"min(-1, [1.5, 2.5, 3.5])", -1},
                                         {"sum([.5, 1.5, 2.5])", 4.5},
                                         {"sum([])", 0},
                                         {"sum([1, 2, 3.0, 4])", 10},
                                         {"mean([.5, 1.5, 2.5])", 1.5},
                                         {"mean([])", 0},
                                         {"mean([1, 2, 3.0, 4])", 2.5},
                                         {"mean(-10, [1, 2, 3, 4])", 0},
                                         {"median([.5, 1.5, 2.5])", 1.5},
                                         {"median([])", 0},
                                         {"median([1, 2, 3])", 2},
                                         {"median([1, 2, 3, 4])", 2.5},
                                         {"median(-10, [1, 2, 3, 4])", 2}})
    EXPECT_EQ(value(row.text), row.value) << row.text;
}

TEST(KedaFormula, BindsAsExprLangsOperatorsDo) {
  // parser/operator/operator.go: or 10, and 15, comparisons 20, + and - 30, ! 50, * / % 60, signs 90, ** 100 from the
  // right, ?? 500, and the condition last.
  for (const Row& row : std::vector<Row>{{"1 + 2 * 3", 7},
                                         {"(1 + 2) * 3", 9},
                                         {"7 - 3 - 2", 2},
                                         {"8 / 4 / 2", 1},
                                         {"7 / 2", 3.5},
                                         {"7 % 4", 3},
                                         {"-7 % 4", -3},
                                         {"2 ** 3 ** 2", 512},
                                         {"2 ^ 3", 8},
                                         {"-2 ** 2", -4},
                                         {"2 ** -1", 0.5},
                                         {"1_000 + 1e3", 2000},
                                         {"a < b ? 1 : 2", 1},
                                         {"1 < a < 2 ? 1 : 2", 2},
                                         {"1 < a < 4 ? 1 : 2", 1},
                                         {"true || false && false ? 1 : 2", 1},
                                         {"not (a > b) and b > 4 ? 1 : 2", 1},
                                         {"!(a == 3) ? 1 : 2", 2},
                                         {"a > b ? 1 : a == 3 ? 2 : 3", 2},
                                         {"a in [1, 2, 3] ? 1 : 2", 1},
                                         {"nil ?? 4", 4},
                                         {"2 * nil ?? 4", 8},
                                         {"nil == nil ? 1 : 2", 1}})
    EXPECT_EQ(value(row.text), row.value) << row.text;
}

TEST(KedaFormula, AsksClosuresOfEachElement) {
  for (const Row& row : std::vector<Row>{{"count([a, b, queue_length], {# > 1})", 2},
                                         {"count([a, b, queue_length], # > 1)", 2},
                                         {"count([true, false, true])", 2},
                                         {"any([a, b], # > 4) ? 1 : 0", 1},
                                         {"all([a, b], # > 4) ? 1 : 0", 0},
                                         {"none([a, b], # > 5) ? 1 : 0", 1},
                                         {"one([a, b], # > 4) ? 1 : 0", 1},
                                         {"sum([a, b], # * 2)", 16},
                                         {"max(map([a, b], # * #))", 25},
                                         {"len(filter([a, b, 1], # > 2))", 2},
                                         {"find([a, b], # > 3)", 5},
                                         {"first([a, b]) + last([a, b])", 8},
                                         // The inner closure's # is the inner one.
                                         {"sum([1, 2], count([a, b], # > 4) + #)", 5}})
    EXPECT_EQ(value(row.text), row.value) << row.text;
}

TEST(KedaFormula, TakesTriggersForFloats) {
  EXPECT_EQ(value("a + b * queue_length"), 5.5);
  EXPECT_EQ(value("a / 2"), 1.5);
  EXPECT_TRUE(std::isinf(value("a / 0")));
  EXPECT_NEAR(value("b ** 0.5"), std::sqrt(5), 1e-15);
}

TEST(KedaFormula, KnowsNilOfTriggersThatFail) {
  EXPECT_EQ(value("a ?? b", {{}, 5, 0}), 5);
  EXPECT_EQ(value("a ?? b", {3, {}, 0}), 3);
  EXPECT_EQ(value("a ?? b ?? 7", {{}, {}, 0}), 7);
  EXPECT_EQ(value("a == nil ? 1 : 2", {{}, 5, 0}), 1);
  EXPECT_EQ(formula("a ?? b").value(std::vector<std::optional<double>>{{}, {}, 0}).kind, Kind::kNil);
  for (const char* text : {"a + b", "max(a, b)", "a > 1 ? 1 : 0", "-a", "sum([a])"})
    EXPECT_EQ(formula(text).value(std::vector<std::optional<double>>{{}, 5, 0}).kind, Kind::kFailed) << text;
}

TEST(KedaFormula, SaysWhatIsWrongAndWhere) {
  struct Mistake {
    const char *text, *message;
  };
  for (const Mistake& row : std::vector<Mistake>{
           {"", "at character 1: it ends where a number, a trigger or a function fits"},
           {"a +", "at character 4: it ends where"},
           {"a + * b", "at character 5: \"*\" stands where"},
           {"(a + b", "at character 7: it ends where \")\" fits"},
           {"max(a b)", "at character 7: \"b\" stands where \",\" fits"},
           {"a b", "at character 3: \"b\" is one too many"},
           {"a + queue_lenght",
            "at character 5: \"queue_lenght\" is no trigger's name; did you mean \"queue_length\"?"},
           {"a > 3", "at character 1: a number is wanted in the end, and this is true or false"},
           {"[a, b]", "at character 1: a number is wanted in the end, and this is an array"},
           {"a + (b > 1)", "at character 5: \"+\" is for numbers, and this is true or false"},
           {"a ? 1 : 2", "at character 1: \"?\" asks what is true or false, and this is a number"},
           {"a > 1 && b ? 1 : 2", "at character 10: \"&&\" joins what is true or false, and this is a number"},
           {"!a ? 1 : 2", "at character 2: \"!\" is for what is true or false"},
           {"a % 2", "at character 1: % is for whole numbers, which int() makes"},
           {"len(a)", "at character 5: len is of an array, and this is a number"},
           {"abs(a, b)", "at character 1: abs has 2 arguments; one fits"},
           {"max()", "at character 1: max has 0 arguments; at least one fits"},
           {"any([a])", "at character 1: any has 1 argument; an array and a closure fit"},
           {"count([a], # + 1)", "at character 12: count asks what is true or false, and this is a number"},
           {"# + 1", "at character 1: # is for closures"},
           {"sqrt(a)", "at character 1: \"sqrt\" is not simulated; these functions are: abs, ceil"},
           {"let x = 1; x", "at character 1: \"let\" is expr-lang's, but is not simulated here"},
           {"[a, b][0]", "at character 7: \"[\" is expr-lang's"},
           {"[a, b] | sum()", "at character 8: \"|\" is expr-lang's"},
           {"sum(1..3)", "at character 6: \"..\" is expr-lang's"},
           {"a == \"x\" ? 1 : 2", "at character 6: text is not simulated"},
           {"a & b", "at character 3: \"&\" means nothing here"},
           {"1 % 0", "cannot be worked out where every trigger is -1"}})
    EXPECT_THAT(wrong(row.text), HasSubstr(row.message)) << row.text;
  EXPECT_THAT(wrong("queue - 1", {"queue-length"}), HasSubstr("in \"queue-length\" - would be a minus"));
  EXPECT_THAT(wrong("a", {}), HasSubstr("no trigger has one"));
}

TEST(KedaFormula, GivesUpOnWhatIsNestedTooDeeply) {
  EXPECT_THAT(wrong(std::string(1000, '(')), HasSubstr("nested too deeply"));
  EXPECT_THAT(wrong(std::string(1000, '-') + "a"), HasSubstr("nested too deeply"));
  std::string sum = "a";
  for (int i = 0; i < 100'000; ++i) sum += "+a";
  EXPECT_THAT(wrong(sum), HasSubstr("is longer than 2000 words and signs"));
}

}  // namespace
}  // namespace windtunnel::keda
