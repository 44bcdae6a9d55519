#include "tests/places.hpp"

#include <cstdlib>

namespace windtunnel::test {

std::filesystem::path source_dir() { return WINDTUNNEL_SOURCE_DIR; }

std::filesystem::path recorded(std::string_view name) {
  const char* folder = std::getenv("WINDTUNNEL_TRACES");
  return (folder != nullptr ? std::filesystem::path(folder) : source_dir() / ".." / "shared" / "traces") / name;
}

}  // namespace windtunnel::test
