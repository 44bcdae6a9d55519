#include <algorithm>
#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/workload/builtin.hpp"
#include "models/workload/nanoseconds.hpp"
#include "models/workload/replay_file.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/window.hpp"

namespace windtunnel {
namespace {

class Process final : public ArrivalProcess {
 public:
  struct Part {
    std::size_t begin = 0, end = 0;  // of the recorded requests
    std::int64_t first = 0;          // recorded time at profile time 0
    double time_warp = 1;
  };
  Process(std::shared_ptr<const RecordedRequests> recorded, const Part& part, std::vector<std::uint16_t> classes,
          const ArrivalContext& context)
      : recorded_(std::move(recorded)),
        classes_(std::move(classes)),
        part_(part),
        origin_(context.origin),
        end_(context.end > Time{} ? context.end : kNever) {}

  std::size_t fill(std::span<Arrival> out) override {
    std::size_t n = 0;
    const double longest = static_cast<double>((end_ - origin_).count());
    while (n < out.size() && part_.begin < part_.end) {
      const RecordedRequest& request = recorded_->requests[part_.begin];
      const std::int64_t since = request.at - part_.first;
      Duration after{since};
      if (part_.time_warp != 1) {
        const double ns = static_cast<double>(since) / part_.time_warp;
        if (ns > longest) break;
        after = nanoseconds(ns);
      }
      if (after > end_ - origin_) break;
      ++part_.begin;
      out[n++] =
          Arrival{origin_ + after, request.request_class == kClassByMix ? kClassByMix : classes_[request.request_class],
                  request.size};
    }
    if (n < out.size()) part_.begin = part_.end;
    return n;
  }

 private:
  std::shared_ptr<const RecordedRequests> recorded_;
  std::vector<std::uint16_t> classes_;  // of the recording -> of the source
  Part part_;
  Time origin_, end_;
};

class Replay final : public Arrivals {
 public:
  void describe(FieldVisitor& v) override {
    v.field("file", file_, "Text with one row for each request, plain or gzip", kRequired);
    v.field("time_column", time_column_,
            "Column of the request's time: its name in the header, or its number from 1; empty: the first one");
    v.field("class_column", class_column_, "Column of the request's class; empty: classes are drawn from the mix");
    v.field("size_column", size_column_, "Column of the request's size, a factor on its work; empty: all have size 1");
    v.field("size_unit", size_unit_, "What is size 1: sizes are divided by it", kPositive);
    v.field("start", start_,
            "What is played first: a time after the first row (\"2h\") or a time stamp (\"2023-11-16 18:30:00\")");
    v.field("length", length_, "How much of the recording is played, in its own time; none: to its end", kPositive);
    v.field("time_warp", time_warp_, "Factor on the speed of time: at 2 twice as many requests come in a second",
            kPositive);
  }
  void check(Problems& p) override { check_window_start(start_, p); }

  void load(const std::filesystem::path& folder, Problems& problems) override {
    RecordedRequests recorded;
    {
      FileProblems file_problems(file_, problems);
      const auto bytes = read_bytes(folder / file_, file_problems);
      if (!bytes) return;
      CountingProblems counted(problems);
      recorded = parse_replay(*bytes, {file_, time_column_, class_column_, size_column_, size_unit_}, counted);
      if (counted.errors > 0) return;
    }
    const std::int64_t first = recorded.requests.front().at;
    // The end is just after the last request, which belongs to the recording.
    const auto window = find_window(start_, length_, first, recorded.requests.back().at - first + 1, problems);
    if (!window) return;
    const auto index_at = [&](std::int64_t ns) {
      const auto found = std::lower_bound(recorded.requests.begin(), recorded.requests.end(), first + ns,
                                          [](const RecordedRequest& r, std::int64_t at) { return r.at < at; });
      return static_cast<std::size_t>(found - recorded.requests.begin());
    };
    part_ = {index_at(window->begin), index_at(window->end), first + window->begin, time_warp_};
    recorded_ = std::make_shared<const RecordedRequests>(std::move(recorded));
  }

  void check_classes(std::span<const std::string> classes, Problems& problems) const override {
    if (!recorded_) return;
    FileProblems file_problems(file_, problems);
    for (std::size_t i = 0; i < recorded_->classes.size(); ++i) {
      const std::string& name = recorded_->classes[i];
      if (std::find(classes.begin(), classes.end(), name) != classes.end()) continue;
      std::string message = shown(name) + " is not a request class of this source; its mix has";
      if (classes.empty()) message += " none";
      for (std::size_t k = 0; k < classes.size(); ++k) message += (k == 0 ? " " : ", ") + shown(classes[k]);
      file_problems.error(recorded_->class_lines[i], std::move(message));
    }
  }

  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    assert(recorded_ && "a recording is loaded before it is played");
    std::vector<std::uint16_t> classes;
    for (const std::string& name : recorded_->classes) {
      const auto found = std::find(context.classes.begin(), context.classes.end(), name);
      classes.push_back(found == context.classes.end() ? kClassByMix
                                                       : static_cast<std::uint16_t>(found - context.classes.begin()));
    }
    return std::make_unique<Process>(recorded_, part_, std::move(classes), context);
  }

 private:
  std::string file_, time_column_, class_column_, size_column_, start_;
  double size_unit_ = 1, time_warp_ = 1;
  std::optional<Duration> length_;

  std::shared_ptr<const RecordedRequests> recorded_;
  Process::Part part_;
};

}  // namespace

void add_replay(Registry<Arrivals>& registry) {
  registry.add<Replay>("replay", "Recorded requests one by one, each at its own time, with its class and size");
}

}  // namespace windtunnel
