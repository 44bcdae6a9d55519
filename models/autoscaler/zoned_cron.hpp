#pragma once

#include <string>
#include <string_view>

#include "sim/calendar/cron.hpp"

// Cron expressions that go by the clock of a place.
namespace windtunnel {

inline constexpr const char* kZoneMeaning =
    "Whose clock it goes by: a name of the IANA time zone database, \"Europe/Berlin\"";

// What is wrong with a time zone's name, as the end of a sentence; empty: nothing.
std::string wrong_zone(std::string_view name);
// Of an expression and a zone that are known to be right.
Cron zoned_cron(std::string_view expression, std::string_view zone);

}  // namespace windtunnel
