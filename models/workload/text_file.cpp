#include "models/workload/text_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <limits>

namespace windtunnel {

FileProblems::~FileProblems() {
  if (errors_ > kShown)
    problems_.file_error(kField, {file_}, "has " + std::to_string(errors_ - kShown) + " more problems");
}

void FileProblems::error(std::size_t line, std::string message) {
  if (++errors_ <= kShown) problems_.file_error(kField, {file_, line}, std::move(message));
}

void FileProblems::warning(std::size_t line, std::string message) {
  problems_.file_warning(kField, {file_, line}, std::move(message));
}

std::optional<std::string> read_bytes(const std::filesystem::path& path, FileProblems& problems) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) {
    problems.error(0, std::filesystem::exists(path, failure) ? "is not a file" : "does not exist");
    return std::nullopt;
  }
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) {
    problems.error(0, "cannot be read");
    return std::nullopt;
  }
  if (static_cast<std::uintmax_t>(size) > kLargestText) {
    problems.error(0, "has " + std::to_string(size) + " bytes; at most 1 GiB fits");
    return std::nullopt;
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(bytes.data(), size)) {
    problems.error(0, "cannot be read");
    return std::nullopt;
  }
  return bytes;
}

std::optional<std::string_view> unpacked(std::string_view bytes, std::string& storage, FileProblems& problems,
                                         std::size_t limit) {
  if (bytes.substr(0, 2) != "\x1f\x8b") return bytes;
  struct Inflater {
    z_stream z{};
    bool ready = inflateInit2(&z, 16 + MAX_WBITS) == Z_OK;  // 16: expect a gzip header
    Inflater() = default;
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() {
      if (ready) inflateEnd(&z);
    }
  } inflater;
  z_stream& z = inflater.z;
  if (!inflater.ready) {
    problems.error(0, "cannot be unpacked: no memory");
    return std::nullopt;
  }
  constexpr std::size_t kLargestInput = std::numeric_limits<uInt>::max();
  constexpr std::size_t kChunk = std::size_t{1} << 18;
  storage.clear();
  std::size_t used = 0, place = 0;
  while (true) {
    if (z.avail_in == 0 && place < bytes.size()) {
      const std::size_t share = std::min(kLargestInput, bytes.size() - place);
      z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data() + place));  // zlib does not write it
      z.avail_in = static_cast<uInt>(share);
      place += share;
    }
    if (storage.size() - used < kChunk) storage.resize(std::max(storage.size() * 2, used + kChunk));
    const std::size_t room = std::min(storage.size() - used, kLargestInput);
    z.next_out = reinterpret_cast<Bytef*>(storage.data() + used);
    z.avail_out = static_cast<uInt>(room);
    const int code = inflate(&z, Z_NO_FLUSH);
    used += room - z.avail_out;
    if (used > limit) {
      problems.error(0, "unpacks to more than " + std::to_string(limit) + " bytes; give a smaller part of it");
      return std::nullopt;
    }
    if (code == Z_STREAM_END) {
      // Archives may be several, one after another; what follows the last one without being an archive is padding.
      if (z.avail_in >= 2 && z.next_in[0] == 0x1f && z.next_in[1] == 0x8b) {
        if (inflateReset(&z) == Z_OK) continue;
      }
      break;
    }
    if (code == Z_BUF_ERROR || (code == Z_OK && z.avail_in == 0 && place == bytes.size() && z.avail_out > 0)) {
      problems.error(0, "has gzip data that end too early");
      return std::nullopt;
    }
    if (code != Z_OK) {
      problems.error(0, "has damaged gzip data" + (z.msg ? " (" + std::string(z.msg) + ")" : std::string()));
      return std::nullopt;
    }
  }
  storage.resize(used);
  return std::string_view(storage);
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string out = "'";
  for (const char c : text.substr(0, kLongest)) out += c < 0x20 || c > 0x7e ? '?' : c;
  if (text.size() > kLongest) out += "…";
  return out + "'";
}

}  // namespace windtunnel
