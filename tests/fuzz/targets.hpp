#pragma once

#include <cstddef>
#include <cstdint>

// What is tried on arbitrary bytes; shared by the fuzzers and by the test that replays their corpus. Each aborts when a
// promise is broken; a crash, a hang or a sanitizer's report is a failure as well.
namespace windtunnel {

// Reads the bytes as a scenario beside an empty folder. Either ConfigError with at least one issue, or a scenario whose
// effective text reads back as the same scenario.
void try_scenario(const std::uint8_t* data, std::size_t size);

// Reads the bytes as YAML. Either problems, each with a line, or trees that can be printed.
void try_manifest(const std::uint8_t* data, std::size_t size);

// Reads the bytes as a trace of counts in several formats and as a recording of requests.
void try_trace(const std::uint8_t* data, std::size_t size);

}  // namespace windtunnel
