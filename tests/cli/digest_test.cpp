#include <gtest/gtest.h>

#include "cli/format/format.hpp"

namespace windtunnel::cli {
namespace {

Decision at(double time, const char* kind, const char* sentence, const char* service = "shop") {
  return {time, service, kind, sentence, {}};
}

TEST(Digest, ScalingsInOneDirectionAreToldAsOne) {
  const Digest d =
      digest({at(10, "scale_up", "2 -> 4 replicas: busy"), at(11, "instance_ready", "instance 3 is ready"),
              at(20, "scale_up", "4 -> 9 replicas: busier"), at(90, "scale_down", "9 -> 8 replicas: idle")},
             12);
  ASSERT_EQ(d.lines.size(), 2U);
  EXPECT_EQ(d.lines[0].sentence, "2 -> 9 replicas in 2 steps until 20s: busy");
  EXPECT_EQ(d.lines[0].time_s, 10);
  EXPECT_EQ(d.lines[1].sentence, "9 -> 8 replicas: idle");
  EXPECT_EQ(d.more, 0U);
}

TEST(Digest, AHoldDoesNotSeparateTheScalingsOfItsService) {
  const Digest d = digest(
      {at(10, "scale_up", "2 -> 4: busy"), at(15, "hold", "stays at 4: limited"), at(20, "scale_up", "4 -> 9: busier")},
      12);
  ASSERT_EQ(d.lines.size(), 1U);
  EXPECT_EQ(d.lines[0].sentence, "2 -> 9 replicas in 2 steps until 20s: busy");
}

TEST(Digest, TheWordReplicasMayBeMissing) {
  const Digest d = digest({at(10, "scale_up", "2 -> 4: cpu 95 %"), at(20, "scale_up", "4 -> 10: cpu 99 %")}, 12);
  ASSERT_EQ(d.lines.size(), 1U);
  EXPECT_EQ(d.lines[0].sentence, "2 -> 10 replicas in 2 steps until 20s: cpu 95 %");
}

TEST(Digest, SentencesOfAnotherShapeAreToldByTheFirst) {
  const Digest d = digest({at(10, "scale_up", "more!"), at(20, "scale_up", "even more!")}, 12);
  ASSERT_EQ(d.lines.size(), 1U);
  EXPECT_EQ(d.lines[0].sentence, "2 times up until 20s: more!");
}

TEST(Digest, AFaultSeparatesTheScalingsOfItsService) {
  const Digest d = digest({at(10, "scale_up", "2 -> 3 replicas: a"), at(12, "scale_up", "1 -> 2 replicas: b", "other"),
                           at(15, "fault", "bang"), at(20, "scale_up", "3 -> 4 replicas: c"),
                           at(22, "scale_up", "2 -> 3 replicas: d", "other")},
                          12);
  ASSERT_EQ(d.lines.size(), 4U);
  EXPECT_EQ(d.lines[0].sentence, "2 -> 3 replicas: a");
  EXPECT_EQ(d.lines[1].sentence, "1 -> 3 replicas in 2 steps until 22s: b");
  EXPECT_EQ(d.lines[2].sentence, "bang");
  EXPECT_EQ(d.lines[3].sentence, "3 -> 4 replicas: c");
}

TEST(Digest, WithoutRoomFaultsStayThenTheLongestRunsAndTheRestIsCounted) {
  const Digest d = digest({at(1, "scale_up", "u1"), at(2, "scale_down", "d1"), at(3, "scale_up", "u2"),
                           at(4, "scale_up", "u3"), at(5, "scale_down", "d2"), at(6, "fault", "bang")},
                          2);
  ASSERT_EQ(d.lines.size(), 2U);
  EXPECT_EQ(d.lines[0].time_s, 3);
  EXPECT_EQ(d.lines[1].sentence, "bang");
  EXPECT_EQ(d.more, 3U);
}

TEST(Digest, NodesAreToldAsScalingsAreAndTheirComingIsNoNews) {
  const Digest d = digest({at(10, "scale_up", "2 -> 4 replicas: busy"),
                           at(20, "nodes_requested", "big: 1 -> 2 nodes: 2 pending pods", "cluster"),
                           at(25, "scale_up", "4 -> 6 replicas: busier"),
                           at(30, "nodes_requested", "big: 2 -> 3 nodes: 1 pending pod", "cluster"),
                           at(80, "node_added", "node 3 (big) joined", "cluster"),
                           at(700, "node_draining", "node 2 (big) drains: unneeded", "cluster"),
                           at(701, "node_removed", "node 2 (big) given back: unneeded", "cluster"),
                           at(702, "node_removed", "node 3 (big) given back: unneeded", "cluster")},
                          12);
  ASSERT_EQ(d.lines.size(), 3U);
  EXPECT_EQ(d.lines[0].sentence, "2 -> 6 replicas in 2 steps until 25s: busy");
  EXPECT_EQ(d.lines[1].sentence, "2 times until 30s, at first big: 1 -> 2 nodes: 2 pending pods");
  EXPECT_EQ(d.lines[2].sentence, "2 nodes until 11m42s, at first node 2 (big) given back: unneeded");
}

TEST(Digest, InstancesComingAndGoingAreNotNewsNorIsWhatStaysAsItIs) {
  const Digest d =
      digest({at(1, "instance_ready", "x"), at(2, "instance_gone", "y"), at(3, "hold", "stays at 2: idle")}, 12);
  EXPECT_TRUE(d.lines.empty());
  EXPECT_EQ(d.more, 0U);
}

}  // namespace
}  // namespace windtunnel::cli
