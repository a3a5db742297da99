#include "mock-idp/idp/key_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "common/base/file.h"
#include "common/base/random.h"
#include "common/http/client.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

class KeyStoreTest : public testing::Test {
 protected:
  KeyStoreTest() : directory_(testing::TempDir() + "keys-of-" + base::random_hex(8) + "/in") {}
  ~KeyStoreTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(std::filesystem::path(directory_).parent_path(), ignored);
  }

  std::unique_ptr<MockIdp> start(bool https = false) const {
    Options options;
    options.algorithms = {"ES256", "EdDSA"};
    options.key_directory = directory_;
    options.https = https;
    auto started = MockIdp::start(options);
    EXPECT_TRUE(started) << started.error().message;
    return started ? std::move(*started) : nullptr;
  }
  static std::string document(MockIdp& idp, std::string_view issuer = "main") {
    return *idp.issuer(issuer).keys().document();
  }
  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  static unsigned mode_of(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }

  std::string directory_;
};

TEST_F(KeyStoreTest, KeysAreOfTheirOwnAndSurviveARestart) {
  std::string before;
  {
    const auto idp = start();
    Options pool;
    pool.algorithms = {"ES256", "EdDSA"};
    EXPECT_NE(document(*idp), document(**MockIdp::start(pool)));
    EXPECT_NE(document(*idp), document(*idp, "other~okta"));
    ASSERT_TRUE(idp->issuer().keys().rotate("ES256"));
    ASSERT_TRUE(idp->issuer().keys().set_state(idp->issuer().keys().keys().back().key.kid(),
                                               KeyState::decoy));
    idp->issuer().keys().publish_raw("{\"kty\":7}");
    before = document(*idp);
  }
  const auto again = start();
  EXPECT_EQ(document(*again), before);
  EXPECT_EQ(again->issuer().keys().keys().back().state, KeyState::decoy);
  EXPECT_EQ(mode_of(path("keys-main.json")), 0600u);
}

TEST_F(KeyStoreTest, SeveralProvidersServeTheSameKeysAlsoAfterARotation) {
  const auto one = start();
  const auto other = start();
  EXPECT_EQ(document(*one), document(*other));
  ASSERT_TRUE(one->issuer().keys().rotate("ES256"));
  const auto deadline = base::Deadline::after(10s);
  while (document(*one) != document(*other) && !deadline.passed()) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(document(*one), document(*other));
}

TEST_F(KeyStoreTest, AFileThatIsWrongIsNamedAtTheStart) {
  start();
  const std::pair<const char*, const char*> wrong[] = {
      {"{", "line 1"},
      {R"({"kyes":[]})", "/kyes is unknown here"},
      {R"({"keys":[{"kid":"a","alg":"ES256","state":"activ","private_key":""}]})",
       "/keys/0/state has to be"},
      {R"({"keys":[{"kid":"a","alg":"ES256","state":"active","private_key":"x"}]})",
       "/keys/0/private_key"},
      {R"({"keys":[{"kid":"a","kind":"x"}]})", "/keys/0/kind is unknown here"},
  };
  for (const auto& [text, message] : wrong) {
    ASSERT_TRUE(base::write_file(path("keys-x.json"), text));
    Options options;
    options.key_directory = directory_;
    const auto started = MockIdp::start(options);
    ASSERT_FALSE(started) << text;
    EXPECT_EQ(started.error().message.rfind(path("keys-x.json") + ": ", 0), 0u)
        << started.error().message;
    EXPECT_NE(started.error().message.find(message), std::string::npos) << started.error().message;
  }
}

TEST_F(KeyStoreTest, ADirectoryThatCannotBeIsNamed) {
  Options options;
  options.key_directory = "/dev/null/keys";
  const auto started = MockIdp::start(options);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message.rfind("/dev/null/keys", 0), 0u) << started.error().message;
}

TEST_F(KeyStoreTest, WhatCannotBeKeptMakesTheProviderUnhealthy) {
  const auto idp = start();
  idp->issuer();
  const auto health = [&] {
    return http::fetch({.url = idp->origin() + "/healthz"}, base::Deadline::after(5s))->status;
  };
  EXPECT_EQ(health(), 200);
  std::filesystem::remove_all(directory_);
  EXPECT_TRUE(idp->issuer().keys().rotate("ES256"));
  EXPECT_EQ(health(), 503);
}

TEST_F(KeyStoreTest, TheAuthorityOfHttpsSurvivesARestartToo) {
  std::string authority;
  {
    const auto idp = start(/*https=*/true);
    ASSERT_TRUE(idp);
    authority = idp->ca_certificate();
    EXPECT_EQ(idp->origin().rfind("https://127.0.0.1:", 0), 0u);
  }
  EXPECT_EQ(mode_of(path("ca.key")), 0600u);
  const auto again = start(/*https=*/true);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->ca_certificate(), authority);
  http::ClientRequest request;
  request.url = again->issuer().jwks_uri();
  request.tls.ca = authority;
  const auto response = http::fetch(request, base::Deadline::after(10s));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, document(*again));
  ASSERT_TRUE(base::write_file(path("ca.key"), "nonsense"));
  Options options;
  options.key_directory = directory_;
  options.https = true;
  EXPECT_NE(MockIdp::start(options).error().message.find("ca.pem: the key is no private key"),
            std::string::npos);
}

}  // namespace
}  // namespace idp
