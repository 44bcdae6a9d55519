#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "models/workload/arrival_process.hpp"
#include "tests/models/assign.hpp"
#include "tests/places.hpp"

namespace windtunnel::test {

inline ArrivalContext web(Time end = {}, Time origin = {}, std::uint64_t replication = 0) {
  return {.streams = {.seed = 7, .replication = replication}, .name = "web", .origin = origin, .end = end};
}

// All arrivals up to the context's end, asked for in batches of a size that divides nothing.
inline std::vector<Arrival> all(const ArrivalsChoice& arrivals, const ArrivalContext& context,
                                std::size_t most = 50'000'000) {
  const auto process = arrivals->make(context);
  std::vector<Arrival> out, batch(397);
  while (out.size() < most) {
    const std::size_t n = process->fill(batch);
    out.insert(out.end(), batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(n));
    if (n < batch.size()) break;
  }
  return out;
}

inline std::vector<double> counts_per(Duration window, std::size_t windows, const std::vector<Arrival>& arrivals) {
  std::vector<double> out(windows);
  for (const Arrival& arrival : arrivals) {
    const auto index = static_cast<std::size_t>(arrival.at / window);
    if (index < windows) out[index] += 1;
  }
  return out;
}

struct Moments {
  double mean = 0, variance = 0;
};
inline Moments moments(const std::vector<double>& values) {
  Moments m;
  for (const double v : values) m.mean += v / static_cast<double>(values.size());
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size() - 1);
  return m;
}

// The folder of a file with this text: this process's own, as tests run side by side. It ends with the process.
inline std::filesystem::path write_file(const std::string& name, std::string_view text) {
  struct Folder {
    std::filesystem::path path =
        std::filesystem::path(::testing::TempDir()) / ("windtunnel-" + std::to_string(::getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  std::ofstream(folder.path / name, std::ios::binary) << text;
  return folder.path;
}

// A trace that a file of this text holds, played as the fields say; its problems go to `found`.
inline ArrivalsChoice loaded(std::string_view type, std::string_view text, Fields fields, Found& found) {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string name = std::string(info->test_suite_name()) + "." + info->name() + ".csv";
  fields.emplace_back("file", name);
  auto choice = chosen<Arrivals>(type, fields);
  choice.mutable_params().check(found);
  choice.mutable_params().load(write_file(name, text), found);
  return choice;
}

}  // namespace windtunnel::test
