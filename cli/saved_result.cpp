#include "cli/saved_result.hpp"

#include <cstdint>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "cli/verbs.hpp"

namespace windtunnel::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kVersion = 1;  // of the layout, "windtunnel_result"

double number(const json& j) { return j.is_null() ? std::numeric_limits<double>::quiet_NaN() : j.get<double>(); }

Scaling scaling_of(const json& j) {
  Scaling out{j.at("before").get<std::int64_t>(), j.at("after").get<std::int64_t>()};
  if (const json& asked = j.at("recommendation"); !asked.is_null()) out.how.recommendation = asked.get<std::int64_t>();
  for (const json& rule : j.at("rules"))
    out.how.rules.push_back({rule.at("rule").get<std::string>(), rule.at("before").get<std::int64_t>(),
                             rule.at("after").get<std::int64_t>()});
  return out;
}

Decision decision_of(const json& j) {
  Decision out;
  out.time_s = number(j.at("time_s"));
  j.at("service").get_to(out.service);
  j.at("kind").get_to(out.kind);
  j.at("sentence").get_to(out.sentence);
  for (const auto& [name, value] : j.at("inputs").items()) out.inputs[name] = number(value);
  if (const auto found = j.find("scaling"); found != j.end()) out.scaling = scaling_of(*found);
  return out;
}

Series series_of(const json& j) {
  Series out;
  j.at("service").get_to(out.service);
  j.at("resolution_s").get_to(out.resolution_s);
  j.at("times_s").get_to(out.times_s);
  for (const json& column : j.at("columns")) {
    const std::string name = column.at("name").get<std::string>();
    if (name.rfind("replicas_", 0) != 0) continue;
    Series::Column& kept = out.columns.emplace_back();
    kept.name = name;
    column.at("unit").get_to(kept.unit);
    for (const json& value : column.at("values")) kept.values.push_back(number(value));
  }
  return out;
}

Result result_of(const json& j) {
  Result out;
  j.at("version").get_to(out.version);
  j.at("scenario").get_to(out.scenario);
  j.at("scenario_hash").get_to(out.scenario_hash);
  j.at("seed").get_to(out.seed);
  j.at("replications").get_to(out.replications);
  j.at("warmup_s").get_to(out.warmup_s);
  j.at("horizon_s").get_to(out.horizon_s);
  for (const json& service : j.at("services")) service.at("name").get_to(out.services.emplace_back().name);
  for (const json& series : j.at("series")) out.series.push_back(series_of(series));
  for (const json& decision : j.at("decisions")) out.decisions.push_back(decision_of(decision));
  return out;
}

}  // namespace

Result read_saved_result(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw UsageError("there is no " + path.string() + "; windtunnel run -o makes such a folder");
  fs::path file = path;
  if (fs::is_directory(status)) {
    file = path / "summary.json";
    if (!fs::exists(file, error))
      throw UsageError(path.string() + " holds no summary.json, so it is no folder of windtunnel run -o");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UsageError(file.string() + " cannot be read");
  const std::string what = file.string() + " is no result of windtunnel run (-o, or --format json): ";
  try {
    const json j = json::parse(in);
    if (!j.is_object() || !j.contains("windtunnel_result")) throw UsageError(what + "it has no \"windtunnel_result\"");
    if (j["windtunnel_result"] != kVersion)
      throw UsageError(what + "its \"windtunnel_result\" is " + j["windtunnel_result"].dump() + ", and " +
                       std::to_string(kVersion) + " fits");
    return result_of(j);
  } catch (const json::exception& broken) {
    throw UsageError(what + broken.what());
  }
}

}  // namespace windtunnel::cli
