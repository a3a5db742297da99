#include "common/base/socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <set>
#include <vector>

namespace base {
namespace {

using namespace std::chrono_literals;

TEST(Socket, ConnectsAndMovesBytes) {
  const auto listener = listen_tcp("127.0.0.1", 0);
  ASSERT_TRUE(listener);
  const auto client = connect_tcp("127.0.0.1", local_port(*listener), Deadline::after(5s));
  ASSERT_TRUE(client);
  const Descriptor server(accept(listener->get(), nullptr, nullptr));
  EXPECT_EQ(write_all(client->get(), "hello", Deadline::after(5s)), IoStatus::ok);
  char buffer[16];
  std::size_t got = 0;
  EXPECT_EQ(read_some(server.get(), buffer, sizeof buffer, Deadline::after(5s), got), IoStatus::ok);
  EXPECT_EQ(std::string(buffer, got), "hello");
}

TEST(Socket, WaitEndsAtTheDeadline) {
  const auto listener = listen_tcp("127.0.0.1", 0);
  const auto client = connect_tcp("127.0.0.1", local_port(*listener), Deadline::after(5s));
  char byte = 0;
  std::size_t got = 0;
  EXPECT_EQ(read_some(client->get(), &byte, 1, Deadline::after(20ms), got), IoStatus::timeout);
}

TEST(Socket, PortThatIsKeptRefusesUntilSomebodyListens) {
  const auto kept = bind_tcp("127.0.0.1", 0);
  ASSERT_TRUE(kept);
  const std::uint16_t port = local_port(*kept);
  IoStatus status{};
  EXPECT_FALSE(connect_tcp("127.0.0.1", port, Deadline::after(5s), &status));
  EXPECT_EQ(status, IoStatus::reset);
  ASSERT_TRUE(start_listening(*kept));
  EXPECT_TRUE(connect_tcp("127.0.0.1", port, Deadline::after(5s)));
}

TEST(Socket, AReservedPortIsFreeForTheProgramItIsFor) {
  const auto reserved = reserve_port();
  ASSERT_TRUE(reserved);
  EXPECT_TRUE(listen_tcp("127.0.0.1", local_port(*reserved)));
}

TEST(Socket, AReservedPortIsChosenForNothingElse) {
  constexpr int kMany = 300;
  std::vector<Descriptor> held;
  std::set<std::uint16_t> ports;
  for (int i = 0; i < kMany; ++i) {
    auto reserved = reserve_port();
    ASSERT_TRUE(reserved);
    ports.insert(local_port(*reserved));
    held.push_back(std::move(*reserved));
  }
  EXPECT_EQ(ports.size(), held.size());
  for (int i = 0; i < kMany; ++i) {
    const auto bound = bind_tcp("127.0.0.1", 0);
    ASSERT_TRUE(bound);
    EXPECT_EQ(ports.count(local_port(*bound)), 0U);
  }
}

TEST(Socket, PortInUseIsNamed) {
  const auto listener = listen_tcp("127.0.0.1", 0);
  const auto second = listen_tcp("127.0.0.1", local_port(*listener));
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("Address already in use"), std::string::npos);
}

TEST(Socket, ClosedPeerIsNoError) {
  const auto listener = listen_tcp("127.0.0.1", 0);
  const auto client = connect_tcp("127.0.0.1", local_port(*listener), Deadline::after(5s));
  { const Descriptor server(accept(listener->get(), nullptr, nullptr)); }
  char byte = 0;
  std::size_t got = 0;
  EXPECT_EQ(read_some(client->get(), &byte, 1, Deadline::after(5s), got), IoStatus::closed);
}

TEST(Socket, DialsNoOtherMachineOnceThatIsForbidden) {
  const auto listener = listen_tcp("127.0.0.1", 0);
  const auto dials = [&](const char* host) {
    return connect_tcp(host, local_port(*listener), Deadline::after(5s));
  };
  dial_loopback_only();
  EXPECT_TRUE(dials("127.0.0.1"));
  EXPECT_TRUE(dials("::ffff:127.0.0.1"));
  for (const char* host : {"0.0.0.0", "169.254.169.254", "192.0.2.1", "::", "2001:db8::1"}) {
    const auto refused = dials(host);
    ASSERT_FALSE(refused) << host;
    EXPECT_NE(refused.error().message.find("--allow-remote"), std::string::npos) << host;
  }
}

TEST(Socket, LocalhostIsLoopbackWithoutAResolver) {
  const auto listener = listen_tcp("localhost", 0);
  ASSERT_TRUE(listener);
  EXPECT_TRUE(connect_tcp("LOCALHOST", local_port(*listener), Deadline::after(5s)));
  EXPECT_TRUE(connect_tcp("127.0.0.1", local_port(*listener), Deadline::after(5s)));
}

}  // namespace
}  // namespace base
