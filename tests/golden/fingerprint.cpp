#include "fingerprint.hpp"

#include <cmath>
#include <vector>

namespace windtunnel {
namespace {

// FNV-1a, 64 bits. A text counts its length too: "ab", "c" and "a", "bc" differ.
class Hash {
 public:
  void add(std::uint64_t value) {
    for (int byte = 0; byte < 8; ++byte) add_byte(static_cast<unsigned char>(value >> (8 * byte)));
  }
  void add(std::int64_t value) { add(static_cast<std::uint64_t>(value)); }
  void add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
  }
  void add(const Histogram& histogram) {
    const std::vector<Histogram::Bucket> buckets = histogram.buckets();
    add(static_cast<std::uint64_t>(buckets.size()));
    for (const Histogram::Bucket& bucket : buckets) {
      add(bucket.range.lowest);
      add(bucket.count);
    }
  }
  std::uint64_t value() const { return value_; }

 private:
  void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
  std::uint64_t value_ = 0xcbf29ce484222325;
};

// A cause that joined later counts only where something was lost to it, so that all other rows of the table stand.
void add(Hash& hash, const std::array<std::uint64_t, kOutcomes>& outcomes) {
  constexpr auto kLastOfOld = static_cast<std::size_t>(Outcome::kFailedInstanceLost);
  for (std::size_t i = 0; i < kOutcomes; ++i)
    if (i <= kLastOfOld || outcomes[i] > 0) hash.add(outcomes[i]);
}

}  // namespace

Fingerprint fingerprint(const Result& result) {
  std::array<Hash, Fingerprint::kParts> hash;
  for (const ServiceResult& service : result.services) {
    Hash& counts = hash[Fingerprint::kCounts];
    counts.add(service.name);
    counts.add(service.arrived);
    add(counts, service.outcomes);
    counts.add(service.in_flight_at_end);
    hash[Fingerprint::kLatency].add(service.latency);
    hash[Fingerprint::kLatency].add(service.wait_time);
  }
  for (const ClassResult& c : result.classes) {
    Hash& counts = hash[Fingerprint::kCounts];
    counts.add(c.traffic);
    counts.add(c.request_class);
    counts.add(c.arrived);
    add(counts, c.outcomes);
    hash[Fingerprint::kLatency].add(c.latency);
    hash[Fingerprint::kLatency].add(c.wait_time);
  }
  for (const Decision& decision : result.decisions) {
    if (decision.kind == "hold") continue;  // nothing came of it: its reason is wording
    Hash& decisions = hash[Fingerprint::kDecisions];
    decisions.add(static_cast<std::int64_t>(std::llround(decision.time_s * 1e9)));
    decisions.add(decision.service);
    decisions.add(decision.kind);
  }
  for (const Series& series : result.series) {
    for (const std::string_view name : {"replicas_desired", "replicas_current", "replicas_ready"}) {
      const Series::Column* column = series.find(name);
      hash[Fingerprint::kReplicas].add(static_cast<std::int64_t>(column != nullptr));
      if (column == nullptr) continue;
      for (const double value : column->values)
        hash[Fingerprint::kReplicas].add(std::isnan(value) ? std::int64_t{-1}
                                                           : static_cast<std::int64_t>(std::llround(value)));
    }
  }
  Fingerprint out;
  for (std::size_t part = 0; part < Fingerprint::kParts; ++part) out.parts[part] = hash[part].value();
  return out;
}

std::string to_hex(std::uint64_t hash) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; hash >>= 4) text[i] = "0123456789abcdef"[hash & 15];
  return text;
}

}  // namespace windtunnel
