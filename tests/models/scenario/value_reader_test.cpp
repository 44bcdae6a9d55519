// The visitors on small structures of their own, so that what they promise does not depend on any policy.
#include "models/scenario/value_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "models/scenario/list.hpp"
#include "models/scenario/schema.hpp"
#include "models/scenario/value_writer.hpp"

namespace windtunnel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Something drawn: a registry named "distribution" with a shorthand, whose parts draw what it draws.
class Law {
 public:
  virtual ~Law() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual double sum() const = 0;
  static const Registry<Law>& registry();
};
class Fixed final : public Law {
 public:
  void describe(FieldVisitor& v) override { v.field("value", value_, "Always this", {.lo = 0, .required = true}); }
  double sum() const override { return value_.value; }

 private:
  Amount value_;
};
class Sum final : public Law {
 public:
  void describe(FieldVisitor& v) override {
    v.field("of", parts_, "Parts", kRequired);
    v.field("times", times_, "Factor", kPositive);
  }
  void check(Problems& p) override {
    if (parts_.empty()) p.error("/of", "needs at least one part");
  }
  double sum() const override {
    double total = 0;
    for (const auto& part : parts_) total += part->sum();
    return times_ * total;
  }

 private:
  std::vector<Choice<Law>> parts_;
  double times_ = 1;
};
const Registry<Law>& Law::registry() {
  static const Registry<Law> types = [] {
    Registry<Law> r("distribution", "type", "fixed");
    r.add<Fixed>("fixed", "The same each time");
    r.add<Sum>("sum", "Several together");
    return r;
  }();
  return types;
}

enum class Colour { kRed, kGreen };
constexpr std::array<std::string_view, 2> kColours{"red", "green"};

struct Inner {
  std::int64_t count = 3;
  void describe(FieldVisitor& v) {
    v.field("count", count, "How many", {.lo = 1, .hi = 9});
    v.not_modelled("sidecar", "instances stand alone");
  }
};

struct Everything {
  bool flag = false;
  std::int64_t whole = 1;
  double number = 0.5;
  std::string text = "t";
  Duration duration = std::chrono::seconds(1);
  Rate rate{2};
  Share share{0.5};
  Cpu cpu{1};
  Bytes bytes{1024};
  Quantity quantity{0.1};
  ByteRate byte_rate{1e6};
  Colour colour = Colour::kRed;
  Inner inner;
  std::vector<Inner> list;
  std::map<std::string, Inner> map;
  std::optional<Duration> maybe;
  Choice<Law> time, plain, size;
  bool was_checked = false;

  void describe(FieldVisitor& v) {
    v.field("flag", flag, "A flag");
    v.field("whole", whole, "A whole number", kNonNegative);
    v.field("number", number, "A number", {.lo = 0, .hi = 1, .above_lo = true});
    v.field("text", text, "A text", kRequired);
    v.field("duration", duration, "A duration", {.lo = 0, .hi = 60, .above_lo = true});
    v.field("rate", rate, "A rate", kPositive);
    v.field("share", share, "A share");
    v.field("cpu", cpu, "Some cores", kPositive);
    v.field("bytes", bytes, "A size");
    v.field("quantity", quantity, "So much of something", kPositive);
    v.field("byte_rate", byte_rate, "A size per second", kPositive);
    v.choice("colour", colour, kColours, "A colour");
    v.field("inner", inner, "An object");
    v.field("list", list, "A list");
    v.field("map", map, "A map");
    v.field("maybe", maybe, "An optional duration");
    v.field("time", time, "A law of durations");
    v.field("plain", plain, "A law of numbers", {.unit = Unit::kNumber});
    v.field("size", size, "A law of sizes", {.unit = Unit::kBytes});
  }
  void check(Problems& p) {
    was_checked = true;
    if (whole == 13) {
      p.error("/whole", "13 brings bad luck");
      p.warning("/map/a/count", "and this too");
    }
  }
};

struct Reading {
  Everything value;
  std::vector<Issue> errors, warnings;
};

Reading read(const std::string& text) {
  Reading out;
  const JsonDocument document = parse_json(text);
  EXPECT_TRUE(document.complete) << text;
  IssueCollector issues(document.root, "f.json");
  const bool checked = read_value(document.root, out.value, issues);
  EXPECT_EQ(checked, out.value.was_checked);
  out.errors = issues.take_errors();
  out.warnings = issues.take_warnings();
  return out;
}

Issue only_error(const std::string& text) {
  const Reading r = read(text);
  EXPECT_EQ(r.errors.size(), 1U) << text;
  for (const Issue& e : r.errors) EXPECT_EQ(e.file, "f.json") << e.text();
  EXPECT_FALSE(r.value.was_checked) << "a part that could not be read is not checked";
  return r.errors.empty() ? Issue{} : r.errors.front();
}

void expect_error(const std::string& field, const std::string& pointer, const std::vector<std::string>& words) {
  const Issue e = only_error("{\"text\": \"x\",\n" + field + "}");
  EXPECT_EQ(e.line, 2) << e.text();
  EXPECT_EQ(e.pointer, pointer) << e.text();
  for (const std::string& word : words) EXPECT_THAT(e.message, HasSubstr(word));
}

TEST(ValueReader, FillsEveryKindOfValue) {
  const Reading r = read(R"({
    "flag": true, "whole": 7, "number": 0.25, "text": "hello", "duration": "30s", "rate": "6/min", "share": "20%",
    "cpu": "250m", "bytes": "2Ki", "quantity": "3k", "byte_rate": "80MB/s", "colour": "green", "inner": {"count": 5}, "list": [{"count": 1}, {}],
    "map": {"a": {"count": 2}}, "maybe": "4ms",
    "time": "3ms", "plain": 3, "size": "3k" })");
  for (const Issue& e : r.errors) ADD_FAILURE() << e.text();
  const Everything& v = r.value;
  EXPECT_TRUE(v.flag);
  EXPECT_EQ(v.whole, 7);
  EXPECT_EQ(v.number, 0.25);
  EXPECT_EQ(v.text, "hello");
  EXPECT_EQ(v.duration, std::chrono::seconds(30));
  EXPECT_EQ(v.rate.per_second, 0.1);
  EXPECT_EQ(v.share.value, 0.2);
  EXPECT_EQ(v.cpu.cores, 0.25);
  EXPECT_EQ(v.bytes.count, 2048);
  EXPECT_EQ(v.quantity.value, 3000);
  EXPECT_EQ(v.byte_rate.per_second, 80e6);
  EXPECT_EQ(v.colour, Colour::kGreen);
  EXPECT_EQ(v.inner.count, 5);
  ASSERT_EQ(v.list.size(), 2U);
  EXPECT_EQ(v.list[0].count, 1);
  EXPECT_EQ(v.list[1].count, 3) << "the default";
  EXPECT_EQ(v.map.at("a").count, 2);
  EXPECT_EQ(v.maybe, std::chrono::milliseconds(4));
  EXPECT_EQ(v.time->sum(), 0.003);
  EXPECT_EQ(v.plain->sum(), 3);
  EXPECT_EQ(v.size->sum(), 3000);
  EXPECT_TRUE(v.was_checked);
}

TEST(ValueReader, TakesNullForAnAbsentOptional) {
  const Reading r = read(R"({"text": "x", "maybe": null, "time": null})");
  EXPECT_TRUE(r.errors.empty());
  EXPECT_FALSE(r.value.maybe);
  EXPECT_FALSE(r.value.time);
}

TEST(ValueReader, CarriesTheUnitIntoThePartsOfADistribution) {
  EXPECT_EQ(read(R"({"text": "x", "time": {"type": "sum", "of": ["1s", {"type": "fixed", "value": "5ms"}]}})")
                .value.time->sum(),
            1.005);
  EXPECT_EQ(
      read(R"({"text": "x", "plain": {"type": "sum", "of": [1, {"type": "fixed", "value": 5}]}})").value.plain->sum(),
      6);
  expect_error(R"("plain": {"type": "sum", "of": [1, {"type": "fixed", "value": "5ms"}]})", "/plain/of/1/value",
               {"plain number", "5ms"});
  expect_error(R"("time": {"type": "sum", "of": ["1s", 5]})", "/time/of/1", {"duration", "bare number 5"});
}

TEST(ValueReader, SaysWhichTypeIsNeededAndWhatWasFound) {
  expect_error(R"("flag": 1)", "/flag", {"true or false", "the number 1"});
  expect_error(R"("whole": 1.5)", "/whole", {"whole number", "1.5"});
  expect_error(R"("whole": "7")", "/whole", {"whole number", "\"7\"", "without quotes"});
  expect_error(R"("whole": 1e18)", "/whole", {"too large"});
  expect_error(R"("number": [1])", "/number", {"plain number", "a list"});
  expect_error(R"("inner": 3)", "/inner", {"an object", "the number 3"});
  expect_error(R"("list": {"count": 1})", "/list", {"a list", "an object"});
  expect_error(R"("map": [])", "/map", {"an object", "a list"});
  expect_error(R"("duration": null)", "/duration", {"duration", "null"});
  expect_error(R"("cpu": true)", "/cpu", {"500m", "true"});
  expect_error(R"("bytes": {})", "/bytes", {"512Mi", "an object"});
  expect_error(R"("quantity": [])", "/quantity", {"500m", "a list"});
  expect_error(R"("share": false)", "/share", {"25%", "false"});
  EXPECT_THAT(only_error("{\"text\": 5}").message, AllOf(HasSubstr("double quotes"), HasSubstr("the number 5")));
}

TEST(ValueReader, AsksForTheUnitThatFits) {
  expect_error(R"("duration": 30)", "/duration", {"ns, us, ms, s, m, h, d", "bare number 30"});
  expect_error(R"("rate": 30)", "/rate", {"/s, /min, /h, /d", "bare number 30"});
  expect_error(R"("rate": "30s")", "/rate", {"unknown unit \"s\"", "/s, /min, /h, /d"});
  expect_error(R"("duration": "30/s")", "/duration", {"not a duration"});
  expect_error(R"("cpu": "1Gi")", "/cpu", {"unknown unit \"Gi\"", "cores"});
  expect_error(R"("byte_rate": 80)", "/byte_rate", {"a byte rate", "MB/s", "bare number 80"});
  expect_error(R"("byte_rate": "80MB")", "/byte_rate", {"did you mean \"80MB/s\"?"});
  expect_error(R"("byte_rate": "0B/s")", "/byte_rate", {"above 0B/s"});
  expect_error(R"("bytes": "1s")", "/bytes", {"unknown unit \"s\"", "Mi"});
  expect_error(R"("bytes": -1)", "/bytes", {"negative"});
  expect_error(R"("quantity": "1ms")", "/quantity", {"unknown suffix \"ms\"", "Mi"});
  expect_error(R"("size": "1s")", "/size", {"unknown unit \"s\""});
}

TEST(ValueReader, ChecksBoundsAndSpellsThemInTheValuesUnit) {
  expect_error(R"("whole": -1)", "/whole", {"at least 0", "-1"});
  expect_error(R"("number": 0)", "/number", {"above 0 and at most 1"});
  expect_error(R"("number": 1.5)", "/number", {"at most 1", "1.5"});
  expect_error(R"("duration": "0s")", "/duration", {"above 0s and at most 1m"});
  expect_error(R"("duration": "2m")", "/duration", {"at most 1m", "2m"});
  expect_error(R"("rate": "0/s")", "/rate", {"above 0/s"});
  expect_error(R"("cpu": 0)", "/cpu", {"above 0"});
  expect_error(R"("quantity": "-5m")", "/quantity", {"above 0", "-5m"});
  expect_error(R"("inner": {"count": 10})", "/inner/count", {"from 1 to 9"});
  expect_error(R"("share": 25)", "/share", {"from 0 to 1", "25%"});
  expect_error(R"("share": "120%")", "/share", {"from 0 to 1", "120%"});
}

TEST(ValueReader, ReportsUnknownKeysAtTheKeyWithTheNearestName) {
  expect_error(R"("duratoin": "3s")", "/duratoin", {"unknown key \"duratoin\"", "did you mean \"duration\""});
  expect_error(R"("inner": {"zebra": 1})", "/inner/zebra", {"known here: count, sidecar"});
  const Issue e = only_error("{\"text\": \"x\",\n   \"zebra\" :\n 1}");
  EXPECT_EQ(e.line, 2);
  EXPECT_EQ(e.column, 4);
}

TEST(ValueReader, ReportsMissingKeysWithTheirMeaning) {
  const Issue e = only_error("\n {}");
  EXPECT_EQ(e.line, 2);
  EXPECT_EQ(e.column, 2);
  EXPECT_EQ(e.pointer, "/text");
  EXPECT_THAT(e.message, AllOf(HasSubstr("\"text\" is missing"), HasSubstr("A text")));
}

TEST(ValueReader, NamesTheTypesThereAre) {
  expect_error(R"("time": {"type": "fxied", "value": "1s"})", "/time/type",
               {"unknown distribution type \"fxied\"", "did you mean \"fixed\""});
  expect_error(R"("time": {"type": "zebra"})", "/time/type", {"fixed, sum"});
  expect_error(R"("time": {"value": "1s"})", "/time", {"needs an object with a key \"type\"", "fixed, sum"});
  expect_error(R"("time": {"tpye": "fixed"})", "/time", {"did you mean that by \"tpye\""});
  expect_error(R"("time": {"type": 3})", "/time/type", {"fixed, sum", "the number 3"});
  expect_error(R"("time": [1])", "/time", {"type", "a list"});
  expect_error(R"("time": "sum")", "/time", {"{ \"type\": \"sum\" }"});
  expect_error(R"("time": {"type": "fixed", "value": "1s", "vlaue": 1})", "/time/vlaue", {"did you mean \"value\""});
  expect_error(R"("time": {"type": "fixed"})", "/time/value", {"is missing"});
  expect_error(R"("colour": "gren")", "/colour", {"red, green", "did you mean \"green\""});
  expect_error(R"("colour": 2)", "/colour", {"red, green", "the number 2"});
}

TEST(ValueReader, WarnsOfFieldsThatAreNotModelled) {
  const Reading r = read("{\"text\": \"x\", \"inner\":\n {\"sidecar\": {\"any\": [\"thing\"]}}}");
  EXPECT_TRUE(r.errors.empty());
  ASSERT_EQ(r.warnings.size(), 1U);
  EXPECT_EQ(r.warnings[0].line, 2);
  EXPECT_EQ(r.warnings[0].pointer, "/inner/sidecar");
  EXPECT_THAT(r.warnings[0].message, AllOf(HasSubstr("not modelled"), HasSubstr("stand alone")));
}

TEST(ValueReader, PutsWhatAStructureChecksAtItsPlace) {
  const Reading r = read("{\"text\": \"x\",\n\"whole\": 13,\n\"map\": {\"a\": {}}}");
  ASSERT_EQ(r.errors.size(), 1U);
  EXPECT_EQ(r.errors[0].line, 2);
  EXPECT_EQ(r.errors[0].pointer, "/whole");
  ASSERT_EQ(r.warnings.size(), 1U);
  EXPECT_EQ(r.warnings[0].pointer, "/map/a/count");
  EXPECT_EQ(r.warnings[0].line, 3) << "the nearest value that is there";
  expect_error(R"("time": {"type": "sum", "of": []})", "/time/of", {"at least one part"});
}

TEST(ValueReader, ReportsAllMistakesTogetherInTheOrderOfTheText) {
  const Reading r =
      read("{\"zebra\": 1,\n\"number\": 2,\n\"time\": {\"type\": \"sum\", \"of\": [1,\n2]},\n\"flag\": 0}");
  std::vector<std::string> pointers;
  for (const Issue& e : r.errors) pointers.push_back(e.pointer);
  EXPECT_THAT(pointers, ElementsAre("/text", "/zebra", "/number", "/time/of/0", "/time/of/1", "/flag"));
}

TEST(ValueReader, EscapesKeysInPointers) {
  expect_error(R"("map": {"a/b~c": {"count": 0}})", "/map/a~1b~0c/count", {"from 1 to 9"});
}

// Numbers and truth values in quotes, as Kubernetes' annotations are.
struct Quoted {
  bool flag = true;
  std::int64_t whole = 3;
  double number = 0.5;
  std::optional<double> maybe;
  void describe(FieldVisitor& v) {
    v.field("flag", flag, "A flag", {.quoted = true});
    v.field("whole", whole, "A whole number", {.lo = 1, .hi = 9, .quoted = true});
    v.field("number", number, "A number", {.lo = 0, .above_lo = true, .quoted = true});
    v.field("maybe", maybe, "An optional number", {.quoted = true});
  }
};

TEST(ValueReader, TakesQuotedNumbersWhereTheyAreWrittenSo) {
  Quoted v;
  const JsonDocument text = parse_json(R"({"flag": "false", "whole": "7", "number": "2.5", "maybe": "-1"})");
  IssueCollector issues(text.root, "f.json");
  read_value(text.root, v, issues);
  EXPECT_TRUE(issues.take_errors().empty());
  EXPECT_FALSE(v.flag);
  EXPECT_EQ(v.whole, 7);
  EXPECT_EQ(v.number, 2.5);
  EXPECT_EQ(v.maybe, -1);
  EXPECT_EQ(print_json_line(write_described(v)),
            R"({ "flag": "false", "whole": "7", "number": "2.5", "maybe": "-1" })");
  // A number without quotes is what it says, too.
  const JsonDocument bare = parse_json(R"({"flag": true, "whole": 8})");
  IssueCollector none(bare.root, "f.json");
  read_value(bare.root, v, none);
  EXPECT_TRUE(none.take_errors().empty());
  EXPECT_TRUE(v.flag);
  EXPECT_EQ(v.whole, 8);
}

TEST(ValueReader, SaysThatANumberBelongsIntoQuotes) {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {R"({"flag": "yes"})", R"(needs "true" or "false"; found the text "yes")"},
      {R"({"whole": "2.5"})", R"(needs a whole number in double quotes, such as "3"; found the text "2.5")"},
      {R"({"whole": "ten"})", R"(needs a whole number in double quotes, such as "3"; found the text "ten")"},
      {R"({"whole": "10"})", R"(must be from 1 to 9; found the text "10")"},
      {R"({"number": "5 %"})", R"(needs a number in double quotes, such as "70"; found the text "5 %")"},
      {R"({"number": "0"})", R"(must be above 0; found the text "0")"},
      {R"({"number": "[1]"})", R"(needs a number in double quotes, such as "70"; found the text "[1]")"}};
  for (const auto& [text, message] : mistakes) {
    Quoted v;
    const JsonDocument document = parse_json(text);
    IssueCollector issues(document.root, "f.json");
    read_value(document.root, v, issues);
    const auto errors = issues.take_errors();
    ASSERT_EQ(errors.size(), 1U) << text;
    EXPECT_EQ(errors[0].message, message);
  }
}

TEST(Schema, AcceptsAQuotedNumberEitherWay) {
  Quoted v;
  detail::ObjectOf<Quoted> view(v);
  const JsonNode schema = schema_of(view, "Quoted");
  EXPECT_EQ(nearest_node(schema, "/properties/whole/anyOf/0/pattern").text, "^-?[0-9]+$");
  EXPECT_EQ(nearest_node(schema, "/properties/whole/anyOf/1/type").text, "integer");
  EXPECT_EQ(nearest_node(schema, "/properties/whole/anyOf/1/maximum").integer, 9);
  EXPECT_EQ(nearest_node(schema, "/properties/whole/description").text, "A whole number (from 1 to 9)");
  EXPECT_EQ(nearest_node(schema, "/properties/flag/anyOf/0/pattern").text, "^(true|false)$");
  EXPECT_EQ(nearest_node(schema, "/properties/whole/default").text, "3");
}

TEST(ValueWriter, WritesTheFormatsOwnSpelling) {
  Everything v =
      read(R"({"text": "x", "maybe": "90m", "time": {"type": "sum", "of": ["1500ms"], "times": 2}, "plain": 3})").value;
  EXPECT_EQ(
      print_json_line(write_described(v)),
      R"({ "flag": false, "whole": 1, "number": 0.5, "text": "x", "duration": "1s", "rate": "2/s", "share": 0.5, )"
      R"("cpu": 1, "bytes": "1Ki", "quantity": "100m", "byte_rate": "1M/s", "colour": "red", "inner": { "count": 3 }, "list": [], "map": {}, )"
      R"("maybe": "1h30m", "time": { "type": "sum", "of": ["1.5s"], "times": 2 }, "plain": 3 })");
}

TEST(Schema, OfSomethingThatContainsItselfEnds) {
  Everything v;
  detail::ObjectOf<Everything> view(v);
  const JsonNode schema = schema_of(view, "Everything");
  const JsonNode& of = nearest_node(schema, "/$defs/distribution_of_durations/oneOf/2/properties/of/items/$ref");
  EXPECT_EQ(of.text, "#/$defs/distribution_of_durations");
  EXPECT_EQ(nearest_node(schema, "/$defs/distribution_of_numbers/oneOf/0/type").text, "number") << "the shorthand";
  EXPECT_EQ(nearest_node(schema, "/properties/whole/default").integer, 1);
  EXPECT_EQ(nearest_node(schema, "/properties/number/exclusiveMinimum").integer, 0);
  EXPECT_EQ(nearest_node(schema, "/required/0").text, "text");
  EXPECT_EQ(nearest_node(schema, "/properties/quantity/$ref").text, "#/$defs/quantity");
  EXPECT_EQ(nearest_node(schema, "/properties/quantity/default").text, "100m");
  EXPECT_FALSE(nearest_node(schema, "/properties/inner/additionalProperties").boolean);
  EXPECT_NE(nearest_node(schema, "/properties/inner/properties").find("sidecar"), nullptr)
      << "accepted, if not modelled";
}

TEST(List, SpreadsStructuresAndNamesUnits) {
  Choice<Law> none;
  detail::ChoiceOf<Law> view(none);
  const ListedKind kind = list_kind(view);
  EXPECT_EQ(kind.kind, "distribution");
  ASSERT_EQ(kind.types.size(), 2U);
  EXPECT_EQ(kind.types[1].type, "sum");
  EXPECT_EQ(kind.types[1].summary, "Several together");
  ASSERT_EQ(kind.types[1].fields.size(), 2U);
  EXPECT_EQ(kind.types[1].fields[0].name, "of");
  EXPECT_EQ(kind.types[1].fields[0].type, "list of distribution");
  EXPECT_TRUE(kind.types[1].fields[0].required);
  EXPECT_EQ(kind.types[1].fields[1].default_value, "1");
  EXPECT_EQ(kind.types[1].fields[1].bounds, "above 0");
}

}  // namespace
}  // namespace windtunnel
