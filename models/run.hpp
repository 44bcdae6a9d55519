#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

#include "models/result.hpp"
#include "models/scenario/scenario.hpp"
#include "sim/observer.hpp"

namespace windtunnel {

struct RunOptions {
  std::optional<std::uint64_t> seed;          // instead of the scenario's
  std::optional<std::uint64_t> replications;  // instead of the scenario's
  unsigned threads = 0;                       // 0: as many as the machine has; never changes a result
  // Called now and then from one thread at a time with the share of all work done, 0..1.
  std::function<void(double)> progress;
  std::stop_token stop;
  Observer* observer = nullptr;  // of replication 0; must outlive the run
};

// Thrown when `stop` was requested before the run was over. There is no partial result.
struct Interrupted {};

// A broken book-keeping identity: a defect of the simulator, never of the input.
class InvariantError : public std::logic_error {
  using std::logic_error::logic_error;
};

// Flies the scenario. The one door for the command line, Python and tests. Same scenario, seed, replications and
// version: same Result, whatever the number of threads.
Result run(const Scenario& scenario, const RunOptions& options = {});

const char* version();
// 16 hex digits that tell texts apart.
std::string text_hash(std::string_view text);

}  // namespace windtunnel
