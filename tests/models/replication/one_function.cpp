#include "tests/models/replication/one_function.hpp"

#include <filesystem>
#include <fstream>

namespace windtunnel::test {

std::string OneFunction::text() const {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) /
                                     (std::string(test.test_suite_name()) + "_" + test.name() + "_function.csv");
  std::ofstream out(file);
  out << "time\n" << std::fixed;
  for (const double at : arrivals) out << 1e6 + at << "\n";
  return R"({"windtunnel": 1, "name": "f", "horizon": ")" + horizon + R"(",
  "traffic": [{"name": "t", "to": "f", "arrivals": {"type": "replay", "file": ")" +
         file.string() + R"("}}],
  "services": {"f": {"replicas": 0, "instance": {"runtime": {"type": "function"}},
    "work": {"default": [{"io": "1s"}]}, "startup": [{"phase": "boot", "time": "10s"}],
    "autoscaler": {"type": "per_request")" +
         terms + "}}}" + more + "}";
}

std::vector<double> waits_s(const Flight& flight) {
  std::vector<double> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(static_cast<double>(r.wait()) / kSec);
  return out;
}

std::vector<std::uint32_t> instances_used(const Flight& flight) {
  std::vector<std::uint32_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.instance);
  return out;
}

}  // namespace windtunnel::test
