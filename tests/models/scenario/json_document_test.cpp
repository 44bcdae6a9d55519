#include "models/scenario/json_document.hpp"

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

const JsonNode& at(const JsonDocument& document, std::string_view pointer) {
  return nearest_node(document.root, pointer);
}

void expect_at(const JsonNode& node, int line, int column) {
  EXPECT_EQ(node.line, line);
  EXPECT_EQ(node.column, column);
}

JsonProblem only_problem(std::string_view text) {
  const JsonDocument document = parse_json(text);
  EXPECT_EQ(document.problems.size(), 1U) << text;
  return document.problems.empty() ? JsonProblem{} : document.problems.front();
}

TEST(JsonDocument, KnowsWhereEachValueStands) {
  const JsonDocument d = parse_json("{ \"a\": 12,\n  \"b\": [true, null,\n    -1.5e3 , \"x\"],\n\t\"c\":{}}");
  ASSERT_TRUE(d.complete);
  EXPECT_TRUE(d.problems.empty());
  expect_at(d.root, 1, 1);
  expect_at(at(d, "/a"), 1, 8);
  expect_at(at(d, "/b"), 2, 8);
  expect_at(at(d, "/b/0"), 2, 9);
  expect_at(at(d, "/b/1"), 2, 15);
  expect_at(at(d, "/b/2"), 3, 5);
  expect_at(at(d, "/b/3"), 3, 14);
  expect_at(at(d, "/c"), 4, 6);
  EXPECT_EQ(d.root.keys[1].line, 2);
  EXPECT_EQ(d.root.keys[1].column, 3);
}

TEST(JsonDocument, KeepsValuesAndTheSpellingOfNumbers) {
  const JsonDocument d = parse_json(R"([12, -3, 1.50, 1e2, 9223372036854775808, true, "a\"\u00e4\n", null])");
  ASSERT_TRUE(d.complete);
  EXPECT_EQ(d.root.items[0].integer, 12);
  EXPECT_EQ(d.root.items[1].integer, -3);
  EXPECT_EQ(d.root.items[2].kind, JsonNode::Kind::kNumber);
  EXPECT_EQ(d.root.items[2].number, 1.5);
  EXPECT_EQ(d.root.items[2].text, "1.50");
  EXPECT_EQ(d.root.items[3].number, 100);
  EXPECT_EQ(d.root.items[4].kind, JsonNode::Kind::kNumber) << "beyond 64 bits with a sign";
  EXPECT_EQ(d.root.items[4].number, 9223372036854775808.0);
  EXPECT_TRUE(d.root.items[5].boolean);
  EXPECT_EQ(d.root.items[6].text, "a\"ä\n");
  EXPECT_EQ(d.root.items[7].kind, JsonNode::Kind::kNull);
}

TEST(JsonDocument, SkipsCommentsWithoutLosingItsPlace) {
  const JsonDocument d = parse_json("// first: [1, 2\n{ /* \"a\":\n , */ \"b\" /**/ : // x\n  7 /* end */ }\n// last");
  ASSERT_TRUE(d.complete);
  expect_at(at(d, "/b"), 4, 3);
  EXPECT_EQ(d.root.keys[0].line, 3);
}

TEST(JsonDocument, CountsCharactersNotBytes) {
  const JsonDocument d = parse_json("{\"ä€😀\": 1}");
  ASSERT_TRUE(d.complete);
  expect_at(d.root.items[0], 1, 9);
}

TEST(JsonDocument, TakesNoColumnForAByteOrderMark) {
  const JsonDocument d = parse_json("\xEF\xBB\xBF{\"a\": 1}");
  ASSERT_TRUE(d.complete);
  expect_at(d.root.items[0], 1, 7);
}

TEST(JsonDocument, ReportsDuplicateKeysWithBothLines) {
  const JsonDocument d = parse_json("{\"a\": {\n\"b\": 1,\n\"c\": 2,\n  \"b\": 3}}");
  EXPECT_TRUE(d.complete);
  ASSERT_EQ(d.problems.size(), 1U);
  EXPECT_EQ(d.problems[0].line, 4);
  EXPECT_EQ(d.problems[0].column, 3);
  EXPECT_EQ(d.problems[0].pointer, "/a/b");
  EXPECT_NE(d.problems[0].message.find("line 2"), std::string::npos);
}

TEST(JsonDocument, PointsAtTheTokenThatBreaksTheSyntax) {
  JsonProblem p = only_problem("{\n  \"a\": 1\n  \"b\": 2\n}");
  EXPECT_EQ(p.line, 3);
  EXPECT_EQ(p.column, 3);
  EXPECT_NE(p.message.find("comma missing"), std::string::npos) << p.message;

  p = only_problem("{\n  \"a\": 1,\n}");
  EXPECT_EQ(p.line, 3);
  EXPECT_EQ(p.column, 1);
  EXPECT_NE(p.message.find("no trailing commas"), std::string::npos) << p.message;

  p = only_problem("{\n  a: 1}");
  EXPECT_EQ(p.line, 2);
  EXPECT_EQ(p.column, 3);
  EXPECT_NE(p.message.find("keys stand in double quotes"), std::string::npos) << p.message;

  p = only_problem("{\"a\": 'x'}");
  EXPECT_EQ(p.column, 7);
  EXPECT_NE(p.message.find("double quotes"), std::string::npos) << p.message;

  p = only_problem("{\"a\": [1, 2");
  EXPECT_EQ(p.column, 12);
  EXPECT_NE(p.message.find("closed"), std::string::npos) << p.message;

  p = only_problem("");
  EXPECT_NE(p.message.find("empty"), std::string::npos) << p.message;

  p = only_problem("{} {}");
  EXPECT_EQ(p.column, 4);
}

TEST(JsonDocument, RefusesHostileNestingWithoutRecursion) {
  const JsonProblem p = only_problem(std::string(1'000'000, '['));
  EXPECT_EQ(p.column, static_cast<int>(kDeepestNesting) + 1);
  EXPECT_NE(p.message.find("200"), std::string::npos);
  const std::string deep = std::string(kDeepestNesting, '[') + std::string(kDeepestNesting, ']');
  EXPECT_TRUE(parse_json(deep).complete);
}

TEST(JsonDocument, RefusesWhatAReaderCouldTakeForTheEndOfTheText) {
  const JsonProblem p = only_problem(std::string_view("{\"a\": 1}\n\0 nonsense", 19));
  EXPECT_EQ(p.line, 2);
  EXPECT_NE(p.message.find("NUL"), std::string::npos);
}

TEST(JsonDocument, RefusesBrokenUtf8WithAReadableMessage) {
  const JsonProblem p = only_problem("{\"a\":\n \"x\xFFy\"}");
  EXPECT_EQ(p.line, 2);
  EXPECT_EQ(p.column, 4);
  for (const char c : p.message) EXPECT_GE(c, ' ') << p.message;
}

TEST(JsonDocument, RefusesNumbersThatNoDoubleHolds) {
  const JsonProblem p = only_problem("[1,\n 1e999]");
  EXPECT_EQ(p.line, 2);
  EXPECT_EQ(p.column, 2);
  EXPECT_NE(p.message.find("too large"), std::string::npos);
  EXPECT_NE(p.message.find("1e999"), std::string::npos);
}

TEST(JsonDocument, FindsTheNearestNodeOfAPointer) {
  const JsonDocument d = parse_json("{\"a/b\": {\"~\": [1, 2]}}");
  EXPECT_EQ(at(d, "/a~1b/~0/1").integer, 2);
  EXPECT_EQ(&at(d, "/a~1b/~0/7"), &at(d, "/a~1b/~0")) << "an element that is not there leads to its list";
  EXPECT_EQ(&at(d, "/x/y"), &d.root);
  EXPECT_EQ(pointer_token("a/b~c"), "a~1b~0c");
}

TEST(JsonDocument, PrintsWhatReadsBackTheSame) {
  const std::string text = R"({
  "a": [1, 2.5, true, null],
  "b": { "c": "q\"\\\u0001\n" }
}
)";
  EXPECT_EQ(print_json(parse_json(text).root), text);
  EXPECT_EQ(print_json_line(parse_json(text).root), R"({ "a": [1, 2.5, true, null], "b": { "c": "q\"\\\u0001\n" } })");
}

}  // namespace
}  // namespace windtunnel
