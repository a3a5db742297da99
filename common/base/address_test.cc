#include "common/base/address.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Address, OnlyWhatIsKnownToBeGlobalIsGlobal) {
  for (const char* text : {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1",
                           "2606:4700::1111", "2a00::1", "2001:4860:4860::8888"}) {
    EXPECT_EQ(address_kind(text), AddressKind::global) << text;
  }
  for (const char* text : {"127.0.0.1", "127.0.0.2", "127.255.255.255", "::1"}) {
    EXPECT_EQ(address_kind(text), AddressKind::loopback) << text;
  }
  for (const char* text :
       {"0.0.0.0",        "10.1.2.3",         "100.64.0.1",  "100.127.255.255", "169.254.169.254",
        "172.16.0.1",     "172.31.255.255",   "192.168.0.1", "192.0.0.8",       "192.0.2.1",
        "198.19.0.1",     "203.0.113.9",      "224.0.0.1",   "255.255.255.255", "::",
        "::ffff:8.8.8.8", "::ffff:127.0.0.1", "64:ff9b::1",  "fc00::1",         "fd12::1",
        "fe80::1",        "ff02::1",          "2001::1",     "2001:db8::1",     "2002:7f00:1::"}) {
    EXPECT_EQ(address_kind(text), AddressKind::special) << text;
  }
  for (const char* text : {"", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "1.2.3.4.5"}) {
    EXPECT_EQ(address_kind(text), AddressKind::none) << text;
  }
}

TEST(Address, StrangeNotationsAreResolvedToWhatTheyMean) {
  EXPECT_EQ(*addresses_of("localhost"), (std::vector<std::string>{"127.0.0.1", "::1"}));
  for (const char* host : {"127.0.0.1", "2130706433", "0x7f.1", "127.1", "017700000001"}) {
    EXPECT_EQ(addresses_of(host).value_or(std::vector<std::string>{}),
              std::vector<std::string>{"127.0.0.1"})
        << host;
  }
  EXPECT_EQ(*addresses_of("::ffff:7f00:1"), std::vector<std::string>{"::ffff:127.0.0.1"});
  EXPECT_FALSE(addresses_of("no such host"));
}

}  // namespace
}  // namespace base
