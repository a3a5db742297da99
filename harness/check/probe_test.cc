#include "harness/check/probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/http/client.h"
#include "common/http/server.h"

namespace check {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// A part of a token as JSON; the tests' servers believe whatever a token says.
json part(const std::string& token, std::size_t index) {
  const auto parts = base::split(token, '.');
  if (parts.size() != 3) return json::object();
  return base::parse_json(base::base64url_decode(parts[index]).value_or("")).value_or(json());
}
json header_of(const std::string& token) { return part(token, 0); }
json claims_of(const std::string& token) { return part(token, 1); }

http::Response refused() {
  http::Response response = http::Response::json(401, "{}");
  response.headers.push_back({"WWW-Authenticate", "Bearer error=\"invalid_token\""});
  return response;
}

http::Response served(const http::Request& request) {
  const json message = base::parse_json(request.body).value_or(json::object());
  json result = {{"tools", json::array()}};
  if (message.value("method", "") == "server/discover") {
    result = {{"supportedVersions", {"2026-07-28"}}, {"capabilities", json::object()}};
  }
  return http::Response::json(
      200,
      base::dump({{"jsonrpc", "2.0"}, {"id", message.value("id", json())}, {"result", result}}));
}

/// An MCP server that accepts a token when `accepts` says so, and asks for the issuer's keys first.
class Stage : public testing::Test {
 protected:
  using Accepts = std::function<bool(const std::string& token)>;

  void serve(Accepts accepts) {
    provider_ = idp::MockIdp::start({}).value();
    rogue_ = idp::MockIdp::start({.pool_index = 1}).value();
    server_ =
        http::Server::start([this, accepts = std::move(accepts)](const http::Request& request) {
          note(request);
          if (request.path.starts_with("/.well-known/") && !metadata_.empty()) {
            return http::Response::json(200, metadata_);
          }
          if (request.path != "/mcp") return http::Response::text(404, "");
          if (fetches_keys_) fetch_keys();
          const std::string* header = request.header("Authorization");
          const std::string token = header != nullptr ? header->substr(7) : "";
          return accepts(token) ? served(request) : refusal_;
        }).value();
    const std::string path = moved_.from.empty() ? "/mcp" : moved_.from;
    context_ = std::make_unique<Context>(Context::Options{.url = server_->origin() + path,
                                                          .moved = moved_,
                                                          .profile = profile_,
                                                          .request_timeout = 5s,
                                                          .shared_clock = &provider_->clock()},
                                         *provider_, *rogue_);
  }

  Finding run(const Body& body) {
    wire::Connection connection = context_->connect();
    Probe probe(*context_, subject_, connection);
    return body(probe);
  }

  void fetch_keys() {
    (void)http::fetch({.url = provider_->issuer().jwks_uri()}, base::Deadline::after(5s));
  }

  void note(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    const auto keys =
        std::count_if(request.headers.begin(), request.headers.end(),
                      [](const auto& field) { return field.name == "X-Gateway-Key"; });
    if (keys != 1) ++not_one_key_;
    paths_.insert(request.path);
    const json message = base::parse_json(request.body).value_or(json::object());
    ids_.push_back(base::dump(message.value("id", json())));
  }

  std::mutex mutex_;
  int not_one_key_ = 0;  ///< requests without the gateway's field, or with several
  std::set<std::string> paths_;
  std::vector<std::string> ids_;
  Profile profile_;
  Moved moved_;
  http::Response refusal_ = refused();
  std::string metadata_;  ///< of the protected resource; empty: there is none
  bool fetches_keys_ = true;
  Case subject_{.id = "test.case"};
  std::unique_ptr<idp::MockIdp> provider_;
  std::unique_ptr<idp::MockIdp> rogue_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Context> context_;
};

TEST_F(Stage, ControlIsFoundByTryingAlgorithmsAndTypes) {
  serve([](const std::string& token) {
    const json header = header_of(token);
    return header.value("alg", "") == "ES256" && header.value("typ", "") == "JWT";
  });
  ASSERT_TRUE(context_->set_up());
  EXPECT_EQ(context_->calibration().alg, "ES256");
  EXPECT_EQ(context_->calibration().typ, "JWT");
  EXPECT_TRUE(context_->refuses_something());
  EXPECT_TRUE(context_->fetched_keys());
}

TEST_F(Stage, ServerThatNeverAsksForKeysIsToldHowToBeWired) {
  fetches_keys_ = false;
  serve([](const std::string&) { return false; });
  const auto set_up = context_->set_up();
  ASSERT_FALSE(set_up);
  EXPECT_NE(set_up.error().message.find("never asked our issuer for keys"), std::string::npos);
  EXPECT_NE(set_up.error().message.find(provider_->issuer().url()), std::string::npos);
}

TEST_F(Stage, ServerThatFetchesKeysAndRefusesIsToldWhatItWasOffered) {
  serve([](const std::string&) { return false; });
  const auto set_up = context_->set_up();
  ASSERT_FALSE(set_up);
  EXPECT_NE(set_up.error().message.find("fetched our keys but refuses"), std::string::npos);
}

TEST_F(Stage, ServerThatAcceptsGarbageRefusesNothing) {
  serve([](const std::string&) { return true; });
  ASSERT_TRUE(context_->set_up());
  EXPECT_FALSE(context_->refuses_something());
}

std::string scope_of(const std::string& token) { return claims_of(token).value("scope", ""); }

TEST_F(Stage, TheScopeOfTheServersOwnIsLearnedFromItsMetadata) {
  metadata_ = R"({"scopes_supported":["tasks:admin","tasks:read"]})";
  serve([](const std::string& token) {
    return scope_of(token).find("tasks:read") != std::string::npos;
  });
  ASSERT_TRUE(context_->set_up());
  EXPECT_EQ(context_->target().scopes, std::vector<std::string>{"tasks:read"})
      << "what is listed but not needed is dropped";
}

TEST_F(Stage, TheScopeOfTheServersOwnIsLearnedFromThe401) {
  refusal_.headers = {{"WWW-Authenticate", R"(Bearer scope="tasks:read")"}};
  serve([](const std::string& token) {
    return scope_of(token).find("tasks:read") != std::string::npos;
  });
  ASSERT_TRUE(context_->set_up());
  EXPECT_EQ(context_->target().scopes, std::vector<std::string>{"tasks:read"});
}

TEST_F(Stage, TheScopeOfTheServersOwnIsLearnedFromTheWordsOfA403) {
  serve([](const std::string& token) {
    return scope_of(token).find("tasks:read") != std::string::npos;
  });
  refusal_ = http::Response::json(403, "{}");
  refusal_.headers.push_back(
      {"WWW-Authenticate",
       R"(Bearer error="insufficient_scope", error_description="Required scope: tasks:read")"});
  ASSERT_TRUE(context_->set_up());
  EXPECT_EQ(context_->target().scopes, std::vector<std::string>{"tasks:read"});
}

bool well_formed(const std::string& token) { return claims_of(token).contains("sub"); }

TEST_F(Stage, BadTokenThatIsServedCountsAsAccepted) {
  serve(well_formed);
  ASSERT_TRUE(context_->set_up());
  const Finding finding = run(refuses_token([](jose::Recipe& token) { token.expiring_in(-1h); }));
  EXPECT_EQ(finding.outcome, Outcome::accepted);
}

TEST_F(Stage, BadTokenThatIsRefusedPasses) {
  serve([](const std::string& token) {
    return well_formed(token) && claims_of(token).contains("exp");
  });
  ASSERT_TRUE(context_->set_up());
  EXPECT_EQ(run(refuses_token([](jose::Recipe& token) { token.without_claim("exp"); })).outcome,
            Outcome::refused);
}

TEST_F(Stage, RefusalProvesNothingWhileGoodCredentialsAreRefusedToo) {
  std::atomic<bool> broken = false;
  serve([&](const std::string& token) { return !broken && well_formed(token); });
  ASSERT_TRUE(context_->set_up());
  broken = true;
  const Finding finding =
      run(refuses_token([](jose::Recipe& token) { token.without_claim("exp"); }));
  EXPECT_EQ(finding.kind, Finding::Kind::undecided);
}

TEST_F(Stage, GoodTokenThatIsRefusedIsBroken) {
  serve([](const std::string& token) {
    return well_formed(token) && !claims_of(token).contains("extra");
  });
  ASSERT_TRUE(context_->set_up());
  const Finding finding =
      run(accepts_token([](jose::Recipe& token) { token.claim("extra", "1"); }));
  EXPECT_EQ(finding.kind, Finding::Kind::broken);
  EXPECT_EQ(finding.outcome, Outcome::not_applicable);
}

TEST_F(Stage, LeewayIsMeasuredToTheSecond) {
  serve([this](const std::string& token) {
    return well_formed(token) &&
           provider_->clock().epoch_seconds() <= claims_of(token).value("exp", 0LL) + 77;
  });
  ASSERT_TRUE(context_->set_up());
  provider_->clock().freeze(provider_->clock().now());
  run([&](Probe& probe) {
    EXPECT_EQ(context_->leeway(probe), 77s);
    return Finding::met();
  });
}

TEST_F(Stage, LeewayOfAServerThatIgnoresExpIsADayOrMore) {
  serve(well_formed);
  ASSERT_TRUE(context_->set_up());
  run([&](Probe& probe) {
    EXPECT_EQ(context_->leeway(probe), 24h);
    return Finding::met();
  });
}

TEST_F(Stage, WaitingMovesASharedClock) {
  serve(well_formed);
  ASSERT_TRUE(context_->set_up());
  const auto before = provider_->clock().now();
  run([](Probe& probe) {
    EXPECT_TRUE(probe.wait(1h, "for nothing"));
    return Finding::met();
  });
  EXPECT_GE(provider_->clock().now() - before, 1h);
}

TEST_F(Stage, UrlThatATokenNamesMustNotBeFetched) {
  serve([this](const std::string& token) {
    const json header = header_of(token);
    if (header.contains("jku")) {
      (void)http::fetch({.url = header.at("jku").get<std::string>()}, base::Deadline::after(5s));
      return false;
    }
    return well_formed(token);
  });
  ASSERT_TRUE(context_->set_up());
  const Finding finding = run(refuses_mutation("jku-foreign"));
  EXPECT_EQ(finding.kind, Finding::Kind::broken);
  EXPECT_EQ(finding.outcome, Outcome::misrefused);
  EXPECT_EQ(finding.impact, Impact::exposure);
}

TEST_F(Stage, EveryRequestCarriesTheFieldsOfTheProfileOnce) {
  profile_.headers = {{"X-Gateway-Key", "open-sesame"}};
  serve([](const std::string&) { return true; });
  ASSERT_TRUE(context_->set_up());
  run([](Probe& probe) {
    probe.send({.credential = probe.good_credential(), .own_session = true});
    probe.send({.edit = [&](wire::Request& request) {
      request = mcp::frame_initialize(probe.target().framing(), "0");
    }});
    probe.get("/.well-known/oauth-protected-resource");
    probe.get_url(probe.target().url.origin() + "/x");
    probe.fetch_from(probe.target().url, {.target = "/y"});
    return Finding::met();
  });
  context_->renew_session();
  EXPECT_EQ(not_one_key_, 0);
}

TEST_F(Stage, AnEndpointThatRedirectsIsAskedWhereItIs) {
  moved_ = {.from = "/moved", .to = "/mcp"};
  serve([](const std::string&) { return true; });
  ASSERT_TRUE(context_->set_up());
  paths_.clear();
  run([](Probe& probe) {
    EXPECT_EQ(probe.send({.credential = probe.good_credential()}).status(), 200);
    probe.get("/moved?access_token=x");
    probe.get("/moved-not");
    return Finding::met();
  });
  EXPECT_EQ(paths_, (std::set<std::string>{"/mcp", "/moved-not"}));
  EXPECT_EQ(context_->target().url.path, "/moved") << "its name stays what the user said";
}

TEST_F(Stage, ValuesOfTheProfilesFieldsAreInNoReport) {
  profile_.headers = {{"X-Gateway-Key", "open-sesame"}, {"X-Short", "yes"}};
  serve([](const std::string&) { return true; });
  ASSERT_TRUE(context_->set_up());
  run([](Probe& probe) {
    probe.send({.credential = probe.good_credential()});
    const std::string& kept = probe.exchanges().front().raw_request;
    EXPECT_NE(kept.find("X-Gateway-Key: ***"), std::string::npos);
    EXPECT_NE(kept.find("X-Short: yes"), std::string::npos);
    return Finding::met();
  });
}

TEST_F(Stage, CredentialOfTheUserIsInNoReportNotEvenInAUrl) {
  const std::string secret = "a-secret-that-is-long-enough";
  serve([](const std::string&) { return true; });
  ASSERT_TRUE(context_->set_up());
  context_->redactor().add(secret);
  wire::Connection connection = context_->connect();
  Probe probe(*context_, subject_, connection);
  probe.send({.credential = bearer(secret),
              .edit = [&](wire::Request& request) { request.target += "?key=" + secret; }});
  ASSERT_FALSE(probe.exchanges().empty());
  const wire::Exchange& kept = probe.exchanges().back();
  EXPECT_EQ(kept.url.find(secret), std::string::npos) << kept.url;
  EXPECT_EQ(kept.raw_request.find(secret), std::string::npos) << kept.raw_request;
}

TEST_F(Stage, RequestsSideBySideHaveIdsOfTheirOwn) {
  serve([](const std::string&) { return true; });
  ASSERT_TRUE(context_->set_up());
  ids_.clear();
  constexpr int kThreads = 4;
  constexpr int kRequests = 25;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      run([](Probe& probe) {
        for (int sent = 0; sent < kRequests; ++sent) {
          probe.send({.credential = probe.good_credential()});
        }
        return Finding::met();
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ids_.size(), kThreads * kRequests);
  EXPECT_EQ(std::set<std::string>(ids_.begin(), ids_.end()).size(), ids_.size());
}

}  // namespace
}  // namespace check
