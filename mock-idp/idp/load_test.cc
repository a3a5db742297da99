// Many clients at once while the keys change under them.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/http/test_client.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {
namespace {

constexpr int kClients = 64;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kRounds = 8;  ///< everything takes ten times as long there
#else
constexpr int kRounds = 80;  ///< of two requests each: 10,240 in all
#endif
constexpr std::uint64_t kRequests = 2ULL * kClients * kRounds;
constexpr std::chrono::milliseconds kBetweenRotations{100};

/// The member of the set that has the kid, as JSON; empty: there is none. The set grows with every
/// rotation, so it is not parsed as a whole each time.
std::string member_of(const std::string& set, const std::string& kid) {
  const std::size_t at = set.find("\"kid\":\"" + kid + "\"");
  if (at == std::string::npos) return {};
  const std::size_t begin = set.rfind('{', at);
  return set.substr(begin, set.find('}', at) + 1 - begin);
}

/// Whether the token verifies with the key of its kid in that JWK set.
bool verifies(const std::string& token, const std::string& set) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  const auto header = base::parse_json(base::base64url_decode(token.substr(0, first)).value());
  const auto signature = base::base64url_decode(token.substr(last + 1));
  const auto key = jose::Key::from_public_jwk(member_of(set, header->value("kid", "")));
  return key && key->verify(key->alg(), token.substr(0, last), *signature);
}

/// Asks for a token and, right behind it, for the set that it has to verify against.
void use(const std::string& origin, std::atomic<int>& good) {
  http::TestClient client(origin);
  for (int round = 0; round < kRounds; ++round) {
    const auto token = client.post_form("/i/main/token",
                                        "grant_type=client_credentials&client_id=a&"
                                        "client_secret=b&resource=http%3A%2F%2Fa%2Fmcp");
    const auto set = client.get("/i/main/jwks");
    ASSERT_EQ(token.status, 200) << token.body;
    ASSERT_EQ(set.status, 200);
    const auto answer = base::parse_json(token.body);
    ASSERT_TRUE(answer);
    ASSERT_TRUE(verifies(answer->value("access_token", ""), set.body)) << token.body << set.body;
    ++good;
  }
}

TEST(ProviderUnderLoad, EveryTokenVerifiesAgainstTheSetOfItsTimeWhileKeysRotate) {
  Options options;
  options.algorithms = {"ES256"};
  options.journal_capacity = 1000;
  auto started = MockIdp::start(options);
  ASSERT_TRUE(started) << started.error().message;
  MockIdp& idp = **started;
  std::atomic<int> good{0};
  std::atomic<int> rotations{0};
  std::jthread rotating([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (idp.issuer().keys().rotate("ES256")) ++rotations;
      std::this_thread::sleep_for(kBetweenRotations);
    }
  });
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&] { use(idp.origin(), good); });
    }
  }
  rotating.request_stop();
  rotating.join();
  EXPECT_EQ(good, kClients * kRounds);
  EXPECT_GT(rotations, 0);
  // What grew is bounded, and what was dropped is counted.
  EXPECT_EQ(idp.journal().last_sequence(), kRequests);
  EXPECT_EQ(idp.journal().entries().size(), options.journal_capacity);
  EXPECT_EQ(idp.journal().dropped(), kRequests - options.journal_capacity);
}

}  // namespace
}  // namespace idp
