#pragma once

#include <filesystem>
#include <string_view>

// Where files of tests lie.
namespace windtunnel::test {

std::filesystem::path source_dir();

// A recorded trace: they are not part of the repository. WINDTUNNEL_TRACES says where they are, else they are looked
// for beside it. May not exist.
std::filesystem::path recorded(std::string_view name);

}  // namespace windtunnel::test
