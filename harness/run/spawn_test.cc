#include "harness/run/spawn.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "common/base/file.h"
#include "common/base/socket.h"
#include "common/http/server.h"

namespace run {
namespace {

using namespace std::chrono_literals;

class Spawn : public testing::Test {
 protected:
  base::Result<Launch> prepared(SpawnPlan plan) { return prepare(plan, 4711, provider_->issuer()); }
  base::Result<Spawned> spawned(const std::string& command, std::chrono::milliseconds timeout,
                                const std::string& url = "") {
    return spawn({.command = command, .url = url}, provider_->issuer(), timeout,
                 [] { return false; });
  }
  std::unique_ptr<idp::MockIdp> provider_ = std::move(*idp::MockIdp::start());
};

TEST_F(Spawn, ThePlanIsFilledIn) {
  const auto launch = prepared({.command = "serve --port {{port}} --iss {{issuer}}",
                                .profile = {.env = {{"MY_URL", "{{url}}"}}},
                                .scopes = {"a", "b"}});
  ASSERT_TRUE(launch) << launch.error().message;
  EXPECT_EQ(launch->url, "http://127.0.0.1:4711/mcp");
  EXPECT_EQ(launch->command, "serve --port 4711 --iss " + provider_->issuer().url());
  EXPECT_EQ(launch->environment.at("MY_URL"), launch->url);
  EXPECT_EQ(launch->environment.at("PORT"), "4711");
  EXPECT_EQ(launch->environment.at("AUDIENCE"), launch->url);
  EXPECT_EQ(launch->environment.at("REQUIRED_SCOPE"), "a b");
  EXPECT_EQ(launch->environment.at("ISSUER"), provider_->issuer().url());
  EXPECT_EQ(launch->environment.at("JWKS_URI"), provider_->issuer().jwks_uri());
  EXPECT_EQ(launch->environment.at("MCP_CONFORMANCE_AUTH_ISSUER"), provider_->issuer().url());
  EXPECT_EQ(launch->environment.at("MCP_CONFORMANCE_AUTH_AUDIENCE"), launch->url);
}

TEST_F(Spawn, AFixedPortInTheUrlIsTheOneThatTheServerIsTold) {
  const auto launch = prepared({.command = "x {{port}}", .url = "http://localhost:3000/api"});
  ASSERT_TRUE(launch) << launch.error().message;
  EXPECT_EQ(launch->command, "x 3000");
  EXPECT_EQ(launch->environment.at("PORT"), "3000");
}

TEST_F(Spawn, ASecretIsWithheldFromEveryVariableThatHoldsIt) {
  const check::Secrets secrets = check::random_secrets();
  SpawnPlan plan{.command = "x",
                 .profile = {.env = {{"KEYS", "a,{{api_key}}"}, {"OTHER", "b"}}},
                 .mode = check::Mode::api_key,
                 .secrets = secrets,
                 .told = check::SecretsTold::unset};
  const auto unset = prepared(plan);
  ASSERT_TRUE(unset) << unset.error().message;
  EXPECT_EQ(unset->without,
            (std::vector<std::string>{"API_KEY", "API_KEY_2", "API_KEY_REVOKED", "KEYS"}));
  EXPECT_EQ(unset->environment.count("API_KEY"), 0U);
  EXPECT_EQ(unset->environment.at("OTHER"), "b");
  plan.told = check::SecretsTold::empty;
  const auto empty = prepared(plan);
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_EQ(empty->environment.at("API_KEY"), "");
  EXPECT_EQ(empty->environment.at("KEYS"), "a,");
  EXPECT_TRUE(empty->without.empty());
}

TEST_F(Spawn, ASecretThatIsNotInTheEnvironmentCannotBeWithheld) {
  SpawnPlan plan{.command = "x --token {{token}}",
                 .mode = check::Mode::bearer,
                 .secrets = check::random_secrets(),
                 .told = check::SecretsTold::unset};
  EXPECT_EQ(prepared(plan).error().message, "the server is told its secret in its command line");
  plan.command = "x";
  plan.mode = check::Mode::oauth;
  EXPECT_EQ(prepared(plan).error().message, "the server is not told its secret by its environment");
}

TEST_F(Spawn, WhatIsWrongInThePlanIsNamed) {
  const auto error = [&](SpawnPlan plan) { return prepared(std::move(plan)).error().message; };
  EXPECT_EQ(error({.command = "x {{nope}}"}).find("the command: unknown placeholder {{nope}}"), 0U);
  EXPECT_EQ(error({.command = "x {{token}}"}),
            "the command: the placeholder {{token}} has no value in this mode");
  EXPECT_EQ(error({.command = "x", .profile = {.env = {{"A", "{{b}}"}}}}).find("env A: "), 0U);
  EXPECT_EQ(error({.command = "x", .url = "{{issuer}}"}).find("the URL: "), 0U);
}

TEST_F(Spawn, AServerThatEndsAtOnceIsNoticedWithItsOutput) {
  const auto began = std::chrono::steady_clock::now();
  const auto result = spawned("echo cannot find the config >&2; exit 3", 60s);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->problem,
            "the server ended before it answered: exit code 3: cannot find the config");
  EXPECT_TRUE(result->ended);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

TEST_F(Spawn, AServerThatNeverAnswersIsGivenUp) {
  const auto result = spawned("echo hello; sleep 1000", 200ms);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->problem.find("the server did not answer HTTP on http://127.0.0.1:"), 0U)
      << result->problem;
  EXPECT_NE(result->problem.find("hello"), std::string::npos) << result->problem;
  EXPECT_FALSE(result->ended) << "being late is no decision of the server's";
}

TEST_F(Spawn, APortThatAnotherProgramHoldsIsNoticedBeforeTheStart) {
  auto server =
      http::Server::start([](const http::Request&) { return http::Response::text(200, ""); });
  ASSERT_TRUE(server) << server.error().message;
  const auto result = spawned("sleep 1000", 60s, (*server)->origin() + "/mcp");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("is in use: another program"), std::string::npos)
      << result.error().message;
}

/// Between the choice of a port and its use, another program may take it.
TEST_F(Spawn, AServerThatEndsSilentlySinceItsPortWasTakenGetsAnotherPort) {
  const std::string folder = testing::TempDir() + "taken-" + std::to_string(::getpid());
  std::filesystem::create_directory(folder);
  base::Descriptor other;
  std::jthread takes([&] {
    const auto deadline = base::Deadline::after(30s);
    while (!std::filesystem::exists(folder + "/port") && !deadline.passed()) {
      std::this_thread::yield();
    }
    const auto port = base::read_file(folder + "/port");
    if (!port) return;
    auto bound = base::listen_tcp("127.0.0.1", static_cast<std::uint16_t>(std::stoi(*port)));
    if (bound) other = std::move(*bound);
    std::filesystem::create_directory(folder + "/taken");
  });
  const auto result = spawned("cd " + folder +
                                  "; if [ ! -e taken ]; then echo {{port}} >new; mv new port;"
                                  " until [ -e taken ]; do sleep 0.02; done; exit 0; fi;"
                                  " exec python3 -m http.server --bind 127.0.0.1 {{port}}",
                              60s);
  takes.join();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->problem, "");
  EXPECT_TRUE(other);
  std::filesystem::remove_all(folder);
}

TEST_F(Spawn, AnInterruptionEndsTheWait) {
  const auto result =
      spawn({.command = "sleep 1000"}, provider_->issuer(), 60s, [] { return true; });
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_NE(result->problem.find("interrupted"), std::string::npos);
}

}  // namespace
}  // namespace run
