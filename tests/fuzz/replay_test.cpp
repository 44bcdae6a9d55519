// The corpora of the fuzzers in the normal suite, and each of their files cut short at every place.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fuzz/targets.hpp"
#include "tests/places.hpp"

namespace windtunnel {
namespace {

std::vector<std::string> corpus(const std::string& name) {
  std::vector<std::filesystem::path> files;
  const auto folder = test::source_dir() / "tests/fuzz/corpus" / name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    texts.push_back(out.str());
  }
  return texts;
}

const std::uint8_t* bytes(const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

TEST(FuzzCorpus, OfScenariosBreaksNoPromise) {
  const std::vector<std::string> texts = corpus("scenario");
  ASSERT_GE(texts.size(), 6U);
  for (const std::string& text : texts) {
    try_scenario(bytes(text), text.size());
    for (std::size_t length = 0; length < text.size(); length += 1 + text.size() / 200)
      try_scenario(bytes(text), length);
  }
}

TEST(FuzzCorpus, OfScenariosBreaksNoPromiseWhenBytesAreChanged) {
  for (const std::string& text : corpus("scenario"))
    for (std::size_t i = 0; i < text.size(); i += 1 + text.size() / 100)
      for (const char c : {'\0', '"', '{', '}', '9', '\xff'}) {
        std::string changed = text;
        changed[i] = c;
        try_scenario(bytes(changed), changed.size());
      }
}

TEST(FuzzCorpus, OfManifestsBreaksNoPromise) {
  const std::vector<std::string> texts = corpus("manifest");
  ASSERT_GE(texts.size(), 3U);
  for (const std::string& text : texts)
    for (std::size_t length = 0; length <= text.size(); ++length) {
      try_manifest(bytes(text), length);
      if (length == text.size()) break;
      for (const char c : {'\0', '\t', ':', '-', '&', '[', '"', '\xff'}) {
        std::string changed = text;
        changed[length] = c;
        try_manifest(bytes(changed), changed.size());
      }
    }
}

TEST(FuzzCorpus, OfTracesBreaksNoPromise) {
  const std::vector<std::string> texts = corpus("trace");
  ASSERT_GE(texts.size(), 5U);
  for (const std::string& text : texts)
    for (std::size_t length = 0; length <= text.size(); ++length) try_trace(bytes(text), length);
}

}  // namespace
}  // namespace windtunnel
