#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

namespace windtunnel::aws {

enum class Comparison { kAtLeast, kAbove, kBelow, kAtMost };
inline constexpr std::array<std::string_view, 4> kComparisons = {
    "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"};
enum class MissingData { kMissing, kIgnore, kBreaching, kNotBreaching };
inline constexpr std::array<std::string_view, 4> kMissingData = {"missing", "ignore", "breaching", "notBreaching"};
enum class Aggregation { kAverage, kMinimum, kMaximum };
inline constexpr std::array<std::string_view, 3> kAggregations = {"Average", "Minimum", "Maximum"};

struct AlarmTerms {
  Comparison comparison = Comparison::kAbove;
  double threshold = 0;
  std::int64_t evaluation_periods = 1;   // N: that many of the newest points are looked at
  std::int64_t datapoints_to_alarm = 1;  // M of them must breach
  MissingData missing = MissingData::kMissing;
};

// A CloudWatch metric alarm, after the CloudWatch user guide: M out of N, with the four ways to treat points that are
// missing. It looks two points further back than N for real ones, as the guide's examples do; how far CloudWatch itself
// looks depends on things that it does not publish.
class Alarm {
 public:
  enum class State { kInsufficientData, kOk, kAlarm };

  explicit Alarm(const AlarmTerms& terms) : terms_(terms) {}
  void add(std::optional<double> point);  // at the end of each period; none: the metric said nothing
  State state() const { return state_; }
  bool breaches(double value) const;
  std::optional<double> newest() const { return points_.empty() ? std::nullopt : points_.back(); }
  // Over the real points that were looked at; none: there is none.
  std::optional<double> aggregate(Aggregation how) const;
  std::int64_t breaching() const;  // of the real points that were looked at
  const AlarmTerms& terms() const { return terms_; }

 private:
  State evaluate() const;
  template <class Visit>
  void for_each_looked_at(Visit visit) const;  // real points, the newest first

  AlarmTerms terms_;
  std::deque<std::optional<double>> points_;
  State state_ = State::kInsufficientData;
};

}  // namespace windtunnel::aws
