#include "sim/random/stream.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <bit>
#include <set>
#include <vector>

namespace windtunnel {
namespace {

std::vector<std::uint64_t> take(Stream stream, std::size_t n) {
  std::vector<std::uint64_t> words;
  for (std::size_t i = 0; i < n; ++i) words.push_back(stream.next());
  return words;
}

// Published with the generator: kat_vectors of Random123.
TEST(Philox, GivesTheKnownAnswers) {
  struct Case {
    philox4x64_ctr_t counter;
    philox4x64_key_t key;
    philox4x64_ctr_t answer;
  };
  const std::uint64_t all = ~std::uint64_t{0};
  const Case cases[] = {
      {{{0, 0, 0, 0}}, {{0, 0}}, {{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}}},
      {{{all, all, all, all}},
       {{all, all}},
       {{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}}},
      {{{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}},
       {{0x452821e638d01377, 0xbe5466cf34e90c6c}},
       {{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}}}};
  for (const Case& c : cases) {
    const philox4x64_ctr_t words = philox4x64_R(10, c.counter, c.key);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(words.v[i], c.answer.v[i]);
  }
}

// From numpy: p = numpy.random.Philox(key=seed + (fnv1a64(name) << 64), counter=replication << 192)
//             [hex(w) for w in p.random_raw(1000)]
TEST(Stream, GivesTheWordsOfNumpysPhilox) {
  const auto first = take(Stream(1, "checkout/service_time", 0), 1000);
  const std::uint64_t expected_first[] = {0xbafc1d753bb1e212, 0xd330e371ba527219, 0x42a89ef7a9023c0c,
                                          0x48cbb11943ce60b1, 0x561e86344033d747, 0x39e1250a99851841};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(first[i], expected_first[i]) << i;
  EXPECT_EQ(first[999], 0x7b029e4ccd0482bbu);

  const auto second = take(Stream(0xffffffffffffffff, "", 7), 1000);
  const std::uint64_t expected_second[] = {0x35499a077f886958, 0x565fd25aa4932c4b, 0xcf4072578de78615,
                                           0x629099b92c0be04a, 0x7c533ae1a9668a46, 0xbfab00a0d7781cb5};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(second[i], expected_second[i]) << i;
  EXPECT_EQ(second[999], 0x0ce50050f0ce5ea8u);
}

// Test vectors of the FNV reference page (Fowler, Noll, Vo).
TEST(Fnv1a64, GivesThePublishedHashes) {
  EXPECT_EQ(fnv1a64(""), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv1a64("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(fnv1a64("foobar"), 0x85944171f73967e8u);
}

TEST(Stream, FillsAnArrayWithTheSameWords) {
  const auto one_by_one = take(Stream(5, "x", 2), 3000);
  Stream stream(5, "x", 2);
  std::vector<std::uint64_t> filled;
  for (const std::size_t n : {0u, 1u, 255u, 256u, 257u, 3u, 512u, 700u, 516u, 500u}) {
    std::vector<std::uint64_t> some(n);
    stream.fill(some.data(), n);
    filled.insert(filled.end(), some.begin(), some.end());
  }
  ASSERT_EQ(filled.size(), one_by_one.size());
  EXPECT_EQ(filled, one_by_one);
}

TEST(Stream, OtherSeedsNamesAndReplicationsShareNoWord) {
  std::set<std::uint64_t> seen;
  std::size_t drawn = 0;
  for (const std::uint64_t seed : {1u, 2u})
    for (const char* name : {"a", "b", "a/b"})
      for (const std::uint64_t replication : {0u, 1u, 2u}) {
        for (const std::uint64_t word : take(Stream(seed, name, replication), 1000)) seen.insert(word);
        drawn += 1000;
      }
  EXPECT_EQ(seen.size(), drawn);
}

TEST(Stream, UniformsAreNeverZeroAndNeverOne) {
  EXPECT_EQ(Stream::to_unit(0), 0x1.0p-53);
  EXPECT_EQ(Stream::to_unit(~std::uint64_t{0}), 1 - 0x1.0p-53);
  EXPECT_EQ(Stream::to_unit(std::uint64_t{1} << 63), 0.5 + 0x1.0p-53);
}

// The complement of the word is the complement of the uniform, without rounding.
TEST(Stream, UniformsAreSymmetric) {
  for (const std::uint64_t word : take(Stream(9, "s", 0), 10000))
    ASSERT_EQ(Stream::to_unit(~word), 1 - Stream::to_unit(word));
}

// Chi-squared over 64 cells, 63 degrees of freedom: 0.999 quantile 103.4.
TEST(Stream, BelowIsUniform) {
  Stream stream(3, "below", 0);
  std::vector<double> counts(64);
  const int n = 640000;
  for (int i = 0; i < n; ++i) {
    const std::uint32_t k = stream.below(64);
    ASSERT_LT(k, 64u);
    ++counts[k];
  }
  double chi2 = 0;
  for (const double c : counts) chi2 += (c - n / 64.0) * (c - n / 64.0) / (n / 64.0);
  EXPECT_LT(chi2, 103.4);
  EXPECT_GT(chi2, 30);  // and not suspiciously even: 0.0001 quantile 30.6
  EXPECT_EQ(stream.below(1), 0u);
}

}  // namespace
}  // namespace windtunnel
