// The one place that knows the YAML library. Its events are used rather than its nodes: they keep the places of keys,
// and tell keys that are there twice.

#include "models/scenario/yaml_document.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "models/scenario/nearest.hpp"

namespace windtunnel {
namespace {

constexpr std::size_t kMostNodes = 1'000'000;  // aliases multiply what a short text holds

// Deeper or larger than a text of people can be.
struct Excess {
  YAML::Mark mark;
  std::string message;
};

constexpr std::array<std::string_view, 11> kTrue{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                 "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse{"n",     "N",     "no",  "No",  "NO", "false",
                                                  "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull{"", "~", "null", "Null", "NULL"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<JsonNode> whole_number(std::string_view digits, bool negative, int base) {
  if (digits.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (code != std::errc() || end != digits.data() + digits.size() || digits.front() == '-') return std::nullopt;
  return JsonNode::of(negative ? -value : value);
}

std::optional<JsonNode> number_of(std::string_view text) {
  std::string plain(text);
  plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
  std::string_view digits = plain;
  const bool negative = !digits.empty() && digits.front() == '-';
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
  const std::string_view prefix = digits.substr(0, 2);
  if (prefix == "0x") return whole_number(digits.substr(2), negative, 16);
  if (prefix == "0o") return whole_number(digits.substr(2), negative, 8);
  if (prefix == "0b") return whole_number(digits.substr(2), negative, 2);
  const bool begins =
      !digits.empty() && ((digits[0] >= '0' && digits[0] <= '9') ||
                          (digits[0] == '.' && digits.size() > 1 && digits[1] >= '0' && digits[1] <= '9'));
  if (!begins || text.front() == '_') return std::nullopt;
  if (digits.size() > 1 && digits[0] == '0')
    if (auto octal = whole_number(digits, negative, 8)) return octal;
  if (auto decimal = whole_number(digits, negative, 10)) {
    decimal->text = plain;
    return decimal;
  }
  double value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) return std::nullopt;
  JsonNode out = JsonNode::of(negative ? -value : value);
  out.text = plain;
  return out;
}

// `tag` is "?" for plain scalars, "!" for those in quotes and blocks.
JsonNode scalar_of(const std::string& tag, const std::string& text) {
  if (tag != "?" && !tag.empty()) return JsonNode::of(std::string_view(text));
  if (is_one_of(kNull, text)) return JsonNode{};
  if (is_one_of(kTrue, text)) return JsonNode::of(true);
  if (is_one_of(kFalse, text)) return JsonNode::of(false);
  if (auto number = number_of(text)) return *std::move(number);
  return JsonNode::of(std::string_view(text));
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlStream& out) : out_(out) {}

  void OnDocumentStart(const YAML::Mark&) override { anchors_.clear(); }
  void OnDocumentEnd() override {
    if (root_ && root_->kind != JsonNode::Kind::kNull) out_.documents.push_back(*std::move(root_));
    root_.reset();
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { finish(JsonNode{}, mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Excess{mark, "the alias stands inside of what it is an alias for"};
    count(found->second.size, mark);
    // Values keep the place at which they are written.
    JsonNode copy = found->second.node;
    take(std::move(copy), mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (awaits_key()) {
      count(1, mark);
      if (anchor != 0) anchors_[anchor] = {scalar_of(tag, value), 1};
      return take_key(value, mark);
    }
    finish(scalar_of(tag, value), mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(JsonNode::array(), mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(JsonNode::object(), mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    JsonNode node;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    std::size_t nodes_before;
    std::optional<JsonNode::Key> key{};  // its value is next
    std::map<std::string, int> lines{};
    std::vector<JsonNode> merged{};  // of "<<"
  };
  struct Anchored {
    JsonNode node;
    std::size_t size;
  };

  bool awaits_key() const {
    return !open_.empty() && open_.back().node.kind == JsonNode::Kind::kObject && !open_.back().key;
  }

  void count(std::size_t nodes, const YAML::Mark& mark) {
    if (nodes > kMostNodes - std::min(kMostNodes, nodes_))
      throw Excess{mark, "with this there are more than " + std::to_string(kMostNodes) + " values"};
    nodes_ += nodes;
  }

  void finish(JsonNode node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    count(1, mark);
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    if (anchor != 0) anchors_[anchor] = {node, 1};
    take(std::move(node), mark);
  }

  void take_key(const std::string& text, const YAML::Mark& mark) {
    Open& top = open_.back();
    top.key = JsonNode::Key{text, mark.line + 1, mark.column + 1};
    if (text == "<<") return;
    const auto [first, is_new] = top.lines.emplace(text, mark.line + 1);
    if (!is_new)
      out_.problems.push_back({mark.line + 1, mark.column + 1, pointer(),
                               "the key " + in_quotes(text) + " is here twice; it was first given in line " +
                                   std::to_string(first->second)});
  }

  void take(JsonNode node, const YAML::Mark& mark) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& top = open_.back();
    if (top.node.kind == JsonNode::Kind::kArray) {
      top.node.items.push_back(std::move(node));
    } else if (!top.key) {
      if (!node.is_scalar()) throw Excess{mark, "a key is text; this is a list or a mapping"};
      take_key(node.kind == JsonNode::Kind::kString || node.is_number() ? node.text : "null", mark);
    } else if (top.key->text == "<<") {
      merge(top, std::move(node), mark);
      top.key.reset();
    } else {
      top.node.keys.push_back(*std::exchange(top.key, std::nullopt));
      top.node.items.push_back(std::move(node));
    }
  }

  static void merge(Open& into, JsonNode node, const YAML::Mark& mark) {
    std::vector<JsonNode> from;
    if (node.kind == JsonNode::Kind::kArray)
      from = std::move(node.items);
    else
      from.push_back(std::move(node));
    for (JsonNode& mapping : from) {
      if (mapping.kind != JsonNode::Kind::kObject) throw Excess{mark, "<< takes a mapping or a list of them"};
      into.merged.push_back(std::move(mapping));
    }
  }

  void open(JsonNode node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() >= kDeepestNesting)
      throw Excess{mark, "this is nested deeper than " + std::to_string(kDeepestNesting) + " levels"};
    const std::size_t before = nodes_;
    count(1, mark);
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    open_.push_back({std::move(node), mark, anchor, before});
  }

  void close() {
    Open top = std::move(open_.back());
    open_.pop_back();
    // What the mapping says itself comes first, then what is merged, the earlier before the later.
    for (JsonNode& mapping : top.merged)
      for (std::size_t i = 0; i < mapping.items.size(); ++i) {
        if (top.node.find(mapping.keys[i].text) != nullptr) continue;
        top.node.keys.push_back(std::move(mapping.keys[i]));
        top.node.items.push_back(std::move(mapping.items[i]));
      }
    if (top.anchor != 0) anchors_[top.anchor] = {top.node, nodes_ - top.nodes_before};
    take(std::move(top.node), top.mark);
  }

  std::string pointer() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i)
      out += '/' + (open_[i].key ? pointer_token(open_[i].key->text) : std::to_string(open_[i].node.items.size()));
    return out;
  }

  YamlStream& out_;
  std::vector<Open> open_;
  std::optional<JsonNode> root_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
};

// Where a tab begins a line's text, which the library tells in words that help nobody.
bool begins_with_tab(std::string_view text, int line) {
  for (int i = 0; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return text.substr(std::min(text.size(), text.find_first_not_of(' '))).substr(0, 1) == "\t";
}

std::string printable(std::string message) {
  for (char& c : message)
    if ((static_cast<unsigned char>(c) & 0x80U) != 0 || static_cast<unsigned char>(c) < 0x20) c = '?';
  return message;
}

}  // namespace

YamlStream parse_yaml(std::string_view text) {
  YamlStream out;
  const auto problem = [&](const YAML::Mark& mark, std::string message) {
    out.problems.push_back({std::max(0, mark.line + 1), std::max(0, mark.column + 1), {}, std::move(message)});
  };
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    TreeBuilder builder(out);
    while (parser.HandleNextDocument(builder)) {
    }
    out.complete = true;
  } catch (const Excess& excess) {
    problem(excess.mark, excess.message);
  } catch (const YAML::Exception& e) {
    problem(e.mark,
            "this is not YAML: " + printable(e.msg) +
                (begins_with_tab(text, e.mark.line) ? " (YAML indents with spaces, this line with a tab)" : ""));
  }
  return out;
}

}  // namespace windtunnel
