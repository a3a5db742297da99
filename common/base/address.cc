#include "common/base/address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "common/base/text.h"

namespace base {
namespace {

struct Network {
  std::uint32_t address;
  int bits;
};

constexpr std::uint32_t ipv4(unsigned a, unsigned b, unsigned c = 0) {
  return a << 24U | b << 16U | c << 8U;
}

/// What is not global in IPv4 (RFC 6890 and its successors), loopback apart.
constexpr Network kSpecial[] = {
    {ipv4(0, 0), 8},      {ipv4(10, 0), 8},      {ipv4(100, 64), 10},      {ipv4(169, 254), 16},
    {ipv4(172, 16), 12},  {ipv4(192, 0, 0), 24}, {ipv4(192, 0, 2), 24},    {ipv4(192, 88, 99), 24},
    {ipv4(192, 168), 16}, {ipv4(198, 18), 15},   {ipv4(198, 51, 100), 24}, {ipv4(203, 0, 113), 24},
    {ipv4(224, 0), 4},    {ipv4(240, 0), 4}};

bool is_within(std::uint32_t address, const Network& network) {
  return (address ^ network.address) >> static_cast<unsigned>(32 - network.bits) == 0;
}

AddressKind kind_of_ipv4(std::uint32_t address) {
  if (is_within(address, {ipv4(127, 0), 8})) return AddressKind::loopback;
  const bool special =
      std::any_of(std::begin(kSpecial), std::end(kSpecial),
                  [&](const Network& network) { return is_within(address, network); });
  return special ? AddressKind::special : AddressKind::global;
}

using Ipv6 = std::array<std::uint8_t, 16>;

AddressKind kind_of_ipv6(const Ipv6& address) {
  Ipv6 one{};
  one[15] = 1;
  if (address == one) return AddressKind::loopback;
  // Global unicast is 2000::/3, but for Teredo and its like (2001::/23), documentation
  // (2001:db8::/32, 3fff::/20) and 6to4 (2002::/16), which has an IPv4 address inside.
  const bool unicast = (address[0] & 0xe0U) == 0x20;
  const unsigned first = address[0] * 256U + address[1];
  const unsigned second = address[2] * 256U + address[3];
  const bool special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) ||
                       first == 0x2002 || (first == 0x3fff && second < 0x1000);
  return unicast && !special ? AddressKind::global : AddressKind::special;
}

struct AddressListDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

/// Numeric; empty for what is neither IPv4 nor IPv6.
std::string text_of(const addrinfo& entry) {
  std::array<char, NI_MAXHOST> text{};
  const int code = getnameinfo(entry.ai_addr, entry.ai_addrlen, text.data(), text.size(), nullptr,
                               0, NI_NUMERICHOST);
  return code == 0 ? std::string(text.data()) : std::string();
}

}  // namespace

AddressKind address_kind(std::string_view address) {
  const std::string text(address);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return kind_of_ipv4(ntohl(four.s_addr));
  Ipv6 six{};
  if (inet_pton(AF_INET6, text.c_str(), six.data()) == 1) return kind_of_ipv6(six);
  return AddressKind::none;
}

Result<std::vector<std::string>> addresses_of(const std::string& host) {
  if (equal_ignoring_case(host, "localhost")) return std::vector<std::string>{"127.0.0.1", "::1"};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  if (code != 0) return fail(fmt::format("{}: {}", host, gai_strerror(code)));
  const std::unique_ptr<addrinfo, AddressListDeleter> list(raw);
  std::vector<std::string> found;
  for (const addrinfo* entry = raw; entry != nullptr; entry = entry->ai_next) {
    std::string text = text_of(*entry);
    if (!text.empty() && !contains(found, text)) found.push_back(std::move(text));
  }
  return found;
}

}  // namespace base
