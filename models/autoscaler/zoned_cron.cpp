#include "models/autoscaler/zoned_cron.hpp"

#include <algorithm>
#include <vector>

#include "models/scenario/nearest.hpp"

namespace windtunnel {
namespace {

// "Berlin" of "Europe/Berlin".
std::string place(std::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }

}  // namespace

std::string wrong_zone(std::string_view name) {
  if (TimeZone::named(name)) return {};
  const std::vector<std::string> names = TimeZone::names();
  std::string meant = nearest_name(name, names);
  if (meant.empty()) {
    std::vector<std::string> places;
    places.reserve(names.size());
    for (const std::string& one : names) places.push_back(place(one));
    const std::string nearest = nearest_name(place(name), places);
    const auto found = std::find(places.begin(), places.end(), nearest);
    if (!nearest.empty()) meant = names[static_cast<std::size_t>(found - places.begin())];
  }
  return "is no time zone of the IANA database" +
         (meant.empty() ? "; names are like \"Europe/Berlin\"" : "; did you mean \"" + meant + "\"?");
}

Cron zoned_cron(std::string_view expression, std::string_view zone) {
  Cron out;
  Cron::parse(expression, out);
  if (const auto known = TimeZone::named(zone)) out.by_clock_of(*known);
  return out;
}

}  // namespace windtunnel
