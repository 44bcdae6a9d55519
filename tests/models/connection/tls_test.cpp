#include "models/connection/tls.hpp"

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

// RFC 8446: once there and back, and with early data the first request goes along. RFC 5246: twice, and once where the
// handshake is the abbreviated one.
TEST(Tls, CrossesTheNetworkAsOftenAsItsVersionHasIt) {
  Tls tls;
  EXPECT_EQ(tls.round_trips(false), 1);
  EXPECT_EQ(tls.round_trips(true), 1);
  tls.early_data = true;
  EXPECT_EQ(tls.round_trips(false), 1);
  EXPECT_EQ(tls.round_trips(true), 0);
  tls.early_data = false;
  tls.version = Tls::Version::kTls12;
  EXPECT_EQ(tls.round_trips(false), 2);
  EXPECT_EQ(tls.round_trips(true), 1);
}

}  // namespace
}  // namespace windtunnel
