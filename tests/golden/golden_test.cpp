// Every shipped scenario gives what it gave before: the fingerprints in fingerprints.csv. A difference is either a
// defect or a change of the model that its author wanted; then
//   WINDTUNNEL_REGOLD=1 build/check/tests/golden/golden_test
// rewrites the fingerprints and keeps everything else of the table, and the difference is reviewed with the change.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "fingerprint.hpp"
#include "models/run.hpp"
#include "models/scenario/read.hpp"
#include "tests/places.hpp"

namespace windtunnel {
namespace {

namespace fs = std::filesystem;

const char kHeader[] = "scenario,seed,replications,overrides,counts,latency,decisions,replicas";
const fs::path kSource = test::source_dir();
const fs::path kTable = kSource / "tests/golden/fingerprints.csv";

struct Row {
  std::string scenario;  // path in scenarios/, without ".json"
  std::uint64_t seed = 1;
  std::uint64_t replications = 2;
  std::string overrides;  // path=value, separated by blanks: a shorter horizon, so that all rows take seconds
  std::array<std::string, Fingerprint::kParts> parts;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.scenario << ' ' << row.overrides; }

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, at);) words.push_back(word);
  return words;
}

std::vector<Row> table() {
  std::vector<Row> rows;
  std::ifstream in(kTable);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = split(line, ',');
    if (cells.size() != 8) throw std::runtime_error("fingerprints.csv: not eight cells: " + line);
    Row row{cells[0], std::stoull(cells[1]), std::stoull(cells[2]), cells[3], {}};
    std::copy(cells.begin() + 4, cells.end(), row.parts.begin());
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::string> shipped() {
  std::vector<std::string> names;
  const fs::path folder = kSource / "scenarios";
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path name = fs::relative(entry.path(), folder).replace_extension();
    if (entry.path().extension() == ".json" && !name.has_extension()) names.push_back(name.generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::array<std::string, Fingerprint::kParts> fly(const Row& row, unsigned threads) {
  std::vector<Override> overrides;
  for (const std::string& text : split(row.overrides, ' ')) {
    const auto sign = text.find('=');
    overrides.push_back({text.substr(0, sign), text.substr(sign + 1)});
  }
  const ReadResult read = read_scenario(kSource / "scenarios" / (row.scenario + ".json"), overrides);
  RunOptions options;
  options.seed = row.seed;
  options.replications = row.replications;
  options.threads = threads;
  const Fingerprint found = fingerprint(run(read.scenario, options));
  std::array<std::string, Fingerprint::kParts> parts;
  std::transform(found.parts.begin(), found.parts.end(), parts.begin(), to_hex);
  return parts;
}

bool regold() {
  const char* value = std::getenv("WINDTUNNEL_REGOLD");
  return value != nullptr && std::string(value) == "1";
}

class Scenarios : public ::testing::TestWithParam<Row> {};

TEST_P(Scenarios, GiveWhatTheyGaveBeforeWithAnyNumberOfThreads) {
  if (regold()) GTEST_SKIP() << "the table is rewritten";
  const Row& row = GetParam();
  for (const unsigned threads : {1U, 2U}) {
    const auto parts = fly(row, threads);
    for (std::size_t i = 0; i < parts.size(); ++i)
      EXPECT_EQ(parts[i], row.parts[i]) << Fingerprint::kPartNames[i] << ", with " << threads << " threads";
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, Scenarios, ::testing::ValuesIn(table()), [](const auto& row) {
  std::string name = row.param.scenario + "_" + std::to_string(row.index);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

TEST(Golden, EveryShippedScenarioIsInTheTable) {
  std::vector<std::string> listed;
  for (const Row& row : table()) listed.push_back(row.scenario);
  for (const std::string& name : shipped())
    if (!regold()) {
      EXPECT_NE(std::find(listed.begin(), listed.end(), name), listed.end()) << name;
    }
}

TEST(Golden, AnotherSeedGivesAnotherFingerprint) {
  Row row{"right-sizing", 1, 1, "horizon=10s warmup=0s", {}};
  const auto one = fly(row, 1);
  row.seed = 2;
  EXPECT_NE(fly(row, 1), one);
}

TEST(Golden, RewritesTheTableWhenAskedTo) {
  if (!regold()) GTEST_SKIP() << "WINDTUNNEL_REGOLD=1 rewrites the table";
  std::vector<Row> rows = table();
  for (const std::string& name : shipped()) {
    const bool known = std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.scenario == name; });
    if (!known) rows.push_back({name, 1, 2, "", {}});
  }
  std::ostringstream text;
  text << kHeader << "\n";
  for (const Row& row : rows) {
    text << row.scenario << ',' << row.seed << ',' << row.replications << ',' << row.overrides;
    for (const std::string& part : fly(row, 1)) text << ',' << part;
    text << "\n";
  }
  std::ofstream(kTable) << text.str();
}

}  // namespace
}  // namespace windtunnel
