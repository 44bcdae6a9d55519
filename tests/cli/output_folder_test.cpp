#include "cli/output_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>

#include "cli/format/format.hpp"
#include "cli/verbs.hpp"
#include "tests/cli/sample.hpp"

namespace windtunnel::cli {
namespace {

namespace fs = std::filesystem;

class OutputFolder : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("windtunnel-" + std::to_string(::getpid()) + "-" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  static std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::set<std::string> names(const fs::path& folder) {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder)) all.insert(entry.path().filename().string());
    return all;
  }

  fs::path root_;
};

TEST_F(OutputFolder, HoldsTheWholeRunAndNothingElse) {
  const fs::path folder = root_ / "deep" / "run";
  check_output_folder(folder, false);
  EXPECT_FALSE(fs::exists(root_ / "deep"));  // checking creates nothing
  write_output_folder(folder, sample(), "{}\n", "hello\n");
  EXPECT_EQ(names(folder), (std::set<std::string>{"scenario.json", "summary.json", "summary.txt", "metrics.csv",
                                                  "decisions.jsonl", "series-shop.csv"}));
  EXPECT_EQ(content(folder / "scenario.json"), "{}\n");
  EXPECT_EQ(content(folder / "summary.txt"), "hello\n");
  EXPECT_EQ(content(folder / "summary.json"), format_json(sample(), {.histograms = true}));
}

TEST_F(OutputFolder, OfAnEarlierRunIsReplacedAndItsLeftoversAreRemoved) {
  Result before = sample();
  before.series[0].service = "gone";
  write_output_folder(root_, before, "{}\n", "old\n");
  EXPECT_TRUE(fs::exists(root_ / "series-gone.csv"));
  EXPECT_NO_THROW(check_output_folder(root_, false));
  write_output_folder(root_, sample(), "{}\n", "new\n");
  EXPECT_FALSE(fs::exists(root_ / "series-gone.csv"));
  EXPECT_TRUE(fs::exists(root_ / "series-shop.csv"));
  EXPECT_EQ(content(root_ / "summary.txt"), "new\n");
}

TEST_F(OutputFolder, OfSomebodyElseIsRefusedUnlessForced) {
  std::ofstream(root_ / "thesis.tex") << "years of work";
  EXPECT_THROW(check_output_folder(root_, false), UsageError);
  EXPECT_NO_THROW(check_output_folder(root_, true));
  std::ofstream(root_ / "summary.json") << "{\"somebody\": \"else\"}";
  EXPECT_THROW(check_output_folder(root_, false), UsageError);
}

TEST_F(OutputFolder, MayBeEmpty) { EXPECT_NO_THROW(check_output_folder(root_, false)); }

TEST_F(OutputFolder, BelowAFileCannotBe) {
  std::ofstream(root_ / "file") << "x";
  EXPECT_THROW(check_output_folder(root_ / "file", false), IoError);
  EXPECT_THROW(check_output_folder(root_ / "file" / "run", false), IoError);
  EXPECT_THROW(write_output_folder(root_ / "file" / "run", sample(), "", ""), IoError);
}

TEST_F(OutputFolder, LosesNothingWhenWritingFails) {
  write_output_folder(root_, sample(), "{}\n", "old\n");
  Result broken = sample();
  broken.series[0].service = std::string(300, 'x');  // a file name no file system takes
  EXPECT_THROW(write_output_folder(root_, broken, "{}\n", "new\n"), IoError);
  EXPECT_EQ(content(root_ / "summary.txt"), "old\n");
  EXPECT_EQ(names(root_).size(), 6U);  // no temporary file is left
}

TEST_F(OutputFolder, GivesDifferentServicesDifferentFiles) {
  EXPECT_EQ(series_file("orders-db.v2"), "series-orders-db.v2.csv");
  EXPECT_EQ(series_file("a/b"), "series-a%2Fb.csv");
  EXPECT_EQ(series_file("a%2Fb"), "series-a%252Fb.csv");
}

}  // namespace
}  // namespace windtunnel::cli
