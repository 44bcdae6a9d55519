#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/distribution/distribution.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

inline constexpr std::uint16_t kClassByMix = 0xffff;

struct Arrival {
  Time at;
  std::uint16_t request_class = kClassByMix;  // index into the source's classes, or kClassByMix: drawn from the mix
  float size = 1;                             // multiplies the request's work
};

// When requests come. One per source per run; keeps its own place. Asked for a batch at a time, so that the virtual
// call is paid once per batch.
class ArrivalProcess {
 public:
  virtual ~ArrivalProcess() = default;
  // Writes the next arrivals in time order and returns how many. Fewer than asked for, also 0, means there are no more.
  virtual std::size_t fill(std::span<Arrival> out) = 0;
};

// What an arrival process may know of the run it is made for.
struct ArrivalContext {
  Streams streams{};
  std::string name{};                  // of the source; its streams are "<name>/arrivals" and "<name>/…"
  Time origin{};                       // the warm-up's length: a profile's time 0; before, its first value holds
  Time end{};                          // nobody asks for arrivals after it; 0: no end is known
  std::vector<std::string> classes{};  // names that a replay may refer to
};

// Arrivals that follow one law all the time.
struct SteadyArrivals {
  double rate = 0;  // per second
  double scv = 1;   // squared coefficient of variation of the times between them
  bool poisson = false;
};

// Parameters of one type of arrivals. One .cpp per type in this folder.
class Arrivals {
 public:
  virtual ~Arrivals() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // Reads the files it names, relative to `folder`; called once per scenario, after check() found nothing wrong. Every
  // problem of a file is reported with its line.
  virtual void load(const std::filesystem::path& /*folder*/, Problems&) {}
  // Once loaded: reports request classes that a file names and the source does not have.
  virtual void check_classes(std::span<const std::string> /*classes*/, Problems&) const {}
  // A closed loop has no process of its own: it is driven by completions (see models/service).
  virtual bool closed_loop() const { return false; }
  virtual std::optional<SteadyArrivals> steady() const { return {}; }  // none: they change with time
  virtual std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const = 0;

  static const Registry<Arrivals>& registry();
};

using ArrivalsChoice = Choice<Arrivals>;
ArrivalsChoice constant_arrivals(double per_second);
ArrivalsChoice poisson_arrivals(double per_second);
ArrivalsChoice renewal_arrivals(DistributionChoice inter_arrival);

}  // namespace windtunnel
