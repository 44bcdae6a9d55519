#include "models/scenario/units.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace windtunnel {
namespace {

using namespace std::chrono_literals;

Duration duration(std::string_view text) {
  Duration out{-1};
  EXPECT_EQ(parse_duration(text, out), "") << text;
  return out;
}

double seconds(std::string_view text) {
  double out = -1;
  EXPECT_EQ(parse_duration(text, out), "") << text;
  return out;
}

template <class Parse>
double parsed(Parse parse, std::string_view text) {
  double out = -1;
  EXPECT_EQ(parse(text, out), "") << text;
  return out;
}

template <class Parse>
std::string complaint(Parse parse, std::string_view text) {
  double out = -1;
  const std::string wrong = parse(text, out);
  EXPECT_EQ(out, -1) << "a value that is refused is not set: " << text;
  return wrong;
}

std::string duration_complaint(std::string_view text) {
  return complaint([](std::string_view t, double& out) { return parse_duration(t, out); }, text);
}

TEST(Durations, AreReadInEveryUnit) {
  EXPECT_EQ(duration("20ns"), 20ns);
  EXPECT_EQ(duration("100us"), 100us);
  EXPECT_EQ(duration("100µs"), 100us);
  EXPECT_EQ(duration("250ms"), 250ms);
  EXPECT_EQ(duration("5s"), 5s);
  EXPECT_EQ(duration("10m"), 10min);
  EXPECT_EQ(duration("36h"), 36h);
  EXPECT_EQ(duration("2d"), 48h);
  EXPECT_EQ(duration("7d"), 168h);
  EXPECT_EQ(duration("1h30m"), 90min);
  EXPECT_EQ(duration("1d2h3m4s5ms6us7ns"), 26h + 3min + 4s + 5ms + 6us + 7ns);
  EXPECT_EQ(duration("1.5s"), 1500ms);
  EXPECT_EQ(duration(".5m"), 30s);
  EXPECT_EQ(duration("0s"), 0ns);
  EXPECT_EQ(duration("0"), 0ns);
  EXPECT_EQ(duration("1.9999999999s"), 2s) << "a tenth of a nanosecond is rounded";
}

TEST(Durations, AsSecondsAreTheNearestDoubleToTheDecimal) {
  EXPECT_EQ(seconds("12ms"), 0.012);
  EXPECT_EQ(seconds("300ms"), 0.3);
  EXPECT_EQ(seconds("0.3s"), 0.3);
  EXPECT_EQ(seconds("1.1us"), 1.1e-6);
  EXPECT_EQ(seconds("0.5ns"), 0.5e-9) << "a mean may be shorter than the clock's step";
  EXPECT_EQ(seconds("0.0123456789012345s"), 0.0123456789012345);
  EXPECT_EQ(seconds("1h30m"), 5400.0);
}

TEST(Durations, ThatCannotBeReadSayWhy) {
  EXPECT_NE(duration_complaint("").find("empty"), std::string::npos);
  EXPECT_NE(duration_complaint("5").find("no unit"), std::string::npos);
  EXPECT_NE(duration_complaint("5 s").find("not a duration"), std::string::npos);
  EXPECT_NE(duration_complaint("s").find("not a duration"), std::string::npos);
  EXPECT_NE(duration_complaint("soon").find("ns, us, ms, s, m, h, d"), std::string::npos);
  EXPECT_NE(duration_complaint("-5s").find("negative"), std::string::npos);
  EXPECT_NE(duration_complaint("5sec").find("did you mean \"s\""), std::string::npos);
  EXPECT_NE(duration_complaint("5min").find("did you mean \"m\""), std::string::npos);
  EXPECT_NE(duration_complaint("5msec").find("did you mean \"ms\""), std::string::npos);
  EXPECT_NE(duration_complaint("5hours").find("did you mean \"h\""), std::string::npos);
  EXPECT_NE(duration_complaint("30m1h").find("out of order"), std::string::npos);
  EXPECT_NE(duration_complaint("1s1s").find("out of order"), std::string::npos);
  EXPECT_NE(duration_complaint("200000d").find("290 years"), std::string::npos);
  EXPECT_NE(duration_complaint(std::string(400, '9') + "d").find("290 years"), std::string::npos);
}

TEST(Durations, AreWrittenShort) {
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(1500ms), "1.5s");
  EXPECT_EQ(format_duration(1500us), "1.5ms");
  EXPECT_EQ(format_duration(20ns), "20ns");
  EXPECT_EQ(format_duration(48h), "2d");
  EXPECT_EQ(format_duration(90s + 500ms), "1m30.5s");
  EXPECT_EQ(format_duration(Duration{0}), "0s");
  EXPECT_EQ(format_duration(0.012), "12ms");
  EXPECT_EQ(format_duration(0.5e-9), "0.0000000005s");
}

TEST(Durations, OfAnyWholeNumberOfNanosecondsSurviveWritingAndReading) {
  std::mt19937_64 words(1);
  for (int i = 0; i < 20000; ++i) {
    const Duration d{static_cast<std::int64_t>(words() >> (1 + words() % 63))};
    if (d > std::chrono::hours(24 * 106000)) continue;  // beyond what can be written
    EXPECT_EQ(duration(format_duration(d)), d) << format_duration(d);
  }
}

TEST(Durations, OfAnyDoubleSurviveWritingAndReading) {
  std::mt19937_64 words(2);
  for (int i = 0; i < 20000; ++i) {
    const double d = std::ldexp(static_cast<double>(words() >> 11), static_cast<int>(words() % 90) - 110);
    EXPECT_EQ(seconds(format_duration(d)), d) << format_duration(d);
  }
  for (int i = 0; i < 20000; ++i) {  // what people write: a few decimals
    const double d = static_cast<double>(words() % 100000) / 1e6;
    EXPECT_EQ(seconds(format_duration(d)), d) << format_duration(d);
  }
}

TEST(Rates, AreReadPerSecondMinuteHourAndDay) {
  EXPECT_EQ(parsed(parse_rate, "1200/s"), 1200);
  EXPECT_EQ(parsed(parse_rate, "0.5/s"), 0.5);
  EXPECT_EQ(parsed(parse_rate, "5/min"), 5.0 / 60);
  EXPECT_EQ(parsed(parse_rate, "40/h"), 40.0 / 3600);
  EXPECT_EQ(parsed(parse_rate, "3/d"), 3.0 / 86400);
}

TEST(Rates, ThatCannotBeReadSayWhy) {
  EXPECT_NE(complaint(parse_rate, "1200").find("no unit"), std::string::npos);
  EXPECT_NE(complaint(parse_rate, "1200/m").find("did you mean \"/min\""), std::string::npos);
  EXPECT_NE(complaint(parse_rate, "1200rps").find("did you mean \"/s\""), std::string::npos);
  EXPECT_NE(complaint(parse_rate, "1200/fortnight").find("/s, /min, /h, /d"), std::string::npos);
  EXPECT_NE(complaint(parse_rate, "-1/s").find("negative"), std::string::npos);
  EXPECT_NE(complaint(parse_rate, "fast").find("not a rate"), std::string::npos);
  EXPECT_NE(complaint(parse_rate, std::string(400, '9') + "/s").find("too large"), std::string::npos);
}

TEST(Rates, AreWrittenAsSomebodyWouldHaveWrittenThem) {
  EXPECT_EQ(format_rate(1200), "1200/s");
  EXPECT_EQ(format_rate(0.5), "0.5/s");
  EXPECT_EQ(format_rate(5.0 / 60), "5/min");
  EXPECT_EQ(format_rate(40.0 / 3600), "40/h");
  EXPECT_EQ(format_rate(3.0 / 86400), "3/d");
}

TEST(Rates, SurviveWritingAndReading) {
  std::mt19937_64 words(3);
  for (int i = 0; i < 20000; ++i) {
    const double per_second = std::ldexp(static_cast<double>(words() >> 11), static_cast<int>(words() % 80) - 90);
    EXPECT_EQ(parsed(parse_rate, format_rate(per_second)), per_second);
  }
}

TEST(Percentages, AreSharesOfOne) {
  EXPECT_EQ(parsed(parse_percent, "25%"), 0.25);
  EXPECT_EQ(parsed(parse_percent, "0.1%"), 0.001);
  EXPECT_NE(complaint(parse_percent, "25").find("25%"), std::string::npos);
  EXPECT_NE(complaint(parse_percent, "%").find("percentage"), std::string::npos);
}

TEST(CpuQuantities, AreReadAsKubernetesReadsThem) {
  EXPECT_EQ(parsed(parse_cpu, "500m"), 0.5);
  EXPECT_EQ(parsed(parse_cpu, "2"), 2);
  EXPECT_EQ(parsed(parse_cpu, "0.1"), 0.1);
  EXPECT_EQ(parsed(parse_cpu, "100m"), 0.1);
  EXPECT_NE(complaint(parse_cpu, "500x").find("unknown unit \"x\""), std::string::npos);
  EXPECT_NE(complaint(parse_cpu, "").find("empty"), std::string::npos);
  EXPECT_NE(complaint(parse_cpu, "-1").find("not a CPU quantity"), std::string::npos);
}

TEST(CpuQuantities, AreWrittenInThousandthsIfThatIsExact) {
  EXPECT_EQ(format_cpu(0.5), "500m");
  EXPECT_EQ(format_cpu(2), "2");
  EXPECT_EQ(format_cpu(1.25), "1250m");
  EXPECT_EQ(format_cpu(0.12345), "0.12345");
}

TEST(ByteQuantities, AreReadWithBinaryAndDecimalUnits) {
  EXPECT_EQ(parsed(parse_bytes, "512Mi"), 512.0 * 1024 * 1024);
  EXPECT_EQ(parsed(parse_bytes, "64Ki"), 65536);
  EXPECT_EQ(parsed(parse_bytes, "1Gi"), 1073741824.0);
  EXPECT_EQ(parsed(parse_bytes, "1G"), 1e9);
  EXPECT_EQ(parsed(parse_bytes, "420MB"), 420e6);
  EXPECT_EQ(parsed(parse_bytes, "1.5Gi"), 1.5 * 1073741824.0);
  EXPECT_EQ(parsed(parse_bytes, "17"), 17);
  EXPECT_EQ(parsed(parse_bytes, "0"), 0);
  EXPECT_NE(complaint(parse_bytes, "512Mo").find("unknown unit \"Mo\""), std::string::npos);
  EXPECT_NE(complaint(parse_bytes, "512m").find("did you mean \"M\""), std::string::npos);
  EXPECT_NE(complaint(parse_bytes, "lots").find("not a size"), std::string::npos);
}

TEST(ByteQuantities, SurviveWritingAndReading) {
  EXPECT_EQ(format_bytes(512.0 * 1024 * 1024), "512Mi");
  EXPECT_EQ(format_bytes(420e6), "420M");
  EXPECT_EQ(format_bytes(80e6), "80M") << "also a multiple of 1024";
  EXPECT_EQ(format_bytes(65536), "64Ki");
  EXPECT_EQ(format_bytes(17), "17");
  std::mt19937_64 words(4);
  for (int i = 0; i < 20000; ++i) {
    const auto bytes = static_cast<double>(words() >> (11 + words() % 50));
    EXPECT_EQ(parsed(parse_bytes, format_bytes(bytes)), bytes) << format_bytes(bytes);
  }
}

TEST(Quantities, AreReadAsKubernetesReadsThem) {
  EXPECT_EQ(parsed(parse_quantity, "0"), 0);
  EXPECT_EQ(parsed(parse_quantity, "500m"), 0.5);
  EXPECT_EQ(parsed(parse_quantity, "100n"), 1e-7);
  EXPECT_EQ(parsed(parse_quantity, "3u"), 3e-6);
  EXPECT_EQ(parsed(parse_quantity, "1k"), 1000);
  EXPECT_EQ(parsed(parse_quantity, "2.5M"), 2.5e6);
  EXPECT_EQ(parsed(parse_quantity, ".5"), 0.5);
  EXPECT_EQ(parsed(parse_quantity, "5."), 5);
  EXPECT_EQ(parsed(parse_quantity, "100Ki"), 102400);
  EXPECT_EQ(parsed(parse_quantity, "512Mi"), 536870912);
  EXPECT_EQ(parsed(parse_quantity, "1E"), 1e18);
  EXPECT_EQ(parsed(parse_quantity, "1Ei"), 0x1p60);
  EXPECT_EQ(parsed(parse_quantity, "1e3"), 1000);
  EXPECT_EQ(parsed(parse_quantity, "1E3"), 1000);
  EXPECT_EQ(parsed(parse_quantity, "15E-1"), 1.5);
  EXPECT_EQ(parsed(parse_quantity, "-250m"), -0.25);
  EXPECT_EQ(parsed(parse_quantity, "+1"), 1);
}

TEST(Quantities, ThatKubernetesRefusesSayWhy) {
  EXPECT_NE(complaint(parse_quantity, "").find("empty"), std::string::npos);
  EXPECT_NE(complaint(parse_quantity, "m").find("not a quantity"), std::string::npos);
  EXPECT_NE(complaint(parse_quantity, "--1").find("not a quantity"), std::string::npos);
  EXPECT_NE(complaint(parse_quantity, "1K").find("did you mean \"k\""), std::string::npos);
  for (const std::string_view suffix : {"ki", "mi", "B", "MB", "e", "e3k", "e3.5", "e+", " m", "s"})
    EXPECT_NE(complaint(parse_quantity, "1" + std::string(suffix)).find("unknown suffix"), std::string::npos) << suffix;
}

TEST(Quantities, SurviveWritingAndReading) {
  EXPECT_EQ(format_quantity(0.5), "500m");
  EXPECT_EQ(format_quantity(0.0005), "500u");
  EXPECT_EQ(format_quantity(1e-7), "100n");
  EXPECT_EQ(format_quantity(3), "3");
  EXPECT_EQ(format_quantity(15000), "15000");
  EXPECT_EQ(format_quantity(536870912), "512Mi");
  EXPECT_EQ(format_quantity(-0.25), "-250m");
  std::mt19937_64 words(5);
  for (int i = 0; i < 20000; ++i) {
    const double value = static_cast<double>(words() >> (11 + words() % 50)) / (i % 3 == 0   ? 1
                                                                                : i % 3 == 1 ? 1e3
                                                                                             : 1e9);
    EXPECT_EQ(parsed(parse_quantity, format_quantity(value)), value) << format_quantity(value);
  }
}

TEST(ByteRates, AreSizesPerSecond) {
  EXPECT_EQ(parsed(parse_byte_rate, "80MB/s"), 80e6);
  EXPECT_EQ(parsed(parse_byte_rate, "80M/s"), 80e6);
  EXPECT_EQ(parsed(parse_byte_rate, "1Gi/s"), 1073741824.0);
  EXPECT_EQ(parsed(parse_byte_rate, "1.5KiB/s"), 1536);
  EXPECT_EQ(parsed(parse_byte_rate, "17B/s"), 17);
}

TEST(ByteRates, ThatCannotBeReadSayWhy) {
  EXPECT_NE(complaint(parse_byte_rate, "80MB").find("is a size and not a rate; did you mean \"80MB/s\"?"),
            std::string::npos);
  for (const std::string_view wrong : {"80", "80/s", "80MB/min", "80Mbit/s", "80MBps", "80 MB/s", "fast", ""})
    EXPECT_NE(complaint(parse_byte_rate, wrong).find("B/s, kB/s, MB/s, GB/s, Ki/s, Mi/s, Gi/s"), std::string::npos)
        << wrong;
  EXPECT_NE(complaint(parse_byte_rate, "80Mbit/s").find("unknown unit \"Mbit/s\""), std::string::npos);
  EXPECT_NE(complaint(parse_byte_rate, "80/s").find("no unit of size"), std::string::npos);
  EXPECT_NE(complaint(parse_byte_rate, "-80MB/s").find("negative"), std::string::npos);
  EXPECT_NE(complaint(parse_byte_rate, std::string(400, '9') + "MB/s").find("too large"), std::string::npos);
}

TEST(ByteRates, SurviveWritingAndReading) {
  EXPECT_EQ(format_byte_rate(80e6), "80M/s");
  EXPECT_EQ(format_byte_rate(1073741824.0), "1Gi/s");
  EXPECT_EQ(format_byte_rate(17), "17B/s");
  std::mt19937_64 words(5);
  for (int i = 0; i < 20000; ++i) {
    const auto rate = static_cast<double>(words() >> (11 + words() % 50)) / static_cast<double>(1 + words() % 3);
    EXPECT_EQ(parsed(parse_byte_rate, format_byte_rate(rate)), rate) << format_byte_rate(rate);
  }
}

TEST(Numbers, AreWrittenWithAsFewDigitsAsTheyNeed) {
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(1e300), "1e+300");
  EXPECT_EQ(format_number(-0.0), "0");
  EXPECT_EQ(format_number(1.0 / 3), "0.3333333333333333");
}

}  // namespace
}  // namespace windtunnel
