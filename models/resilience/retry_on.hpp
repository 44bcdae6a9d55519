#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "models/resilience/status.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// Which failures are worth another attempt: statuses ("503", "UNAVAILABLE") and the conditions of Envoy and of the AWS
// SDKs, in their spelling. What is not listed is not retried.
class RetryOn {
 public:
  explicit RetryOn(const std::vector<std::string>& words);  // that check() has seen
  bool includes(const Failure& failure) const;

  static void check(const std::vector<std::string>& words, std::string_view at, Problems& p);

 private:
  static constexpr std::size_t kKinds = 5;

  bool add(std::string_view word);  // false: there is no such word
  void add_kinds(std::initializer_list<Failure::Kind> kinds);

  std::bitset<600> http_;
  std::bitset<kGrpcStatusNames.size()> grpc_;
  std::bitset<kKinds> kinds_;  // but for answers
};

inline constexpr std::string_view kRetryOnWords =
    "statuses (\"503\", \"UNAVAILABLE\"), \"5xx\", \"gateway-error\", \"reset\", \"connect-failure\" and "
    "\"retriable-4xx\" (Envoy), \"transient\" and \"throttling\" (AWS), \"timeout\" and \"refused\"";

}  // namespace windtunnel
