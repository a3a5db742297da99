#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/http/client.h"
#include "common/http/server.h"
#include "harness/check/probe.h"
#include "harness/check/sessions.h"

namespace check {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// A server of both eras: stateless in the newest revision, with sessions in an older one, each
/// bound to what `owner` makes of its token.
class BothEras : public testing::Test {
 protected:
  void serve(std::optional<mcp::Revision> only = {}) {
    provider_ = idp::MockIdp::start({}).value();
    rogue_ = idp::MockIdp::start({.pool_index = 1}).value();
    server_ = http::Server::start([this](const http::Request& request) {
                const std::lock_guard lock(mutex_);
                return answer(request);
              }).value();
    context_ = std::make_unique<Context>(Context::Options{.url = server_->origin() + "/mcp",
                                                          .revision = only,
                                                          .request_timeout = 5s,
                                                          .shared_clock = &provider_->clock()},
                                         *provider_, *rogue_);
    ASSERT_TRUE(context_->set_up());
  }

  http::Response answer(const http::Request& request) {
    if (request.path != "/mcp") return http::Response::text(404, "");
    (void)http::fetch({.url = provider_->issuer().jwks_uri()}, base::Deadline::after(5s));
    const std::string* field = request.header("Authorization");
    const std::string token = field == nullptr ? "" : field->substr(7);
    if (base::split(token, '.').size() != 3) return http::Response::json(401, "{}");
    const json message = base::parse_json(request.body).value_or(json::object());
    const std::string method = message.value("method", "");
    const bool modern = request.header("Mcp-Method") != nullptr;
    json result = {{"tools", json::array()}};
    if (method == "server/discover") result = {{"supportedVersions", {"2026-07-28"}}};
    if (method == "initialize" && has_sessions_) return initialized(message, token);
    const std::string* session = request.header("Mcp-Session-Id");
    const bool member = session != nullptr && sessions_[*session] == owner_(token);
    if (!modern && !member) return http::Response::json(404, "{}");
    ++(modern ? modern_ : legacy_);
    return replied(message, result);
  }

  static http::Response replied(const json& message, const json& result) {
    return http::Response::json(
        200,
        base::dump({{"jsonrpc", "2.0"}, {"id", message.value("id", json())}, {"result", result}}));
  }

  http::Response initialized(const json& message, const std::string& token) {
    http::Response response = replied(message, {{"protocolVersion", "2025-06-18"}});
    const std::string id = "session-" + std::to_string(sessions_.size());
    sessions_[id] = owner_(token);
    response.headers.push_back({"Mcp-Session-Id", id});
    return response;
  }

  std::mutex mutex_;
  bool has_sessions_ = true;
  std::function<std::string(const std::string& token)> owner_ = [](const std::string&) {
    return std::string("the one user");
  };
  std::map<std::string, std::string> sessions_;
  int modern_ = 0;
  int legacy_ = 0;
  std::unique_ptr<idp::MockIdp> provider_;
  std::unique_ptr<idp::MockIdp> rogue_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Context> context_;
  Case subject_{.id = "test.case"};
};

TEST_F(BothEras, SessionsAreFoundInTheOlderRevision) {
  serve();
  EXPECT_EQ(context_->target().revision(), mcp::Revision::r2026_07_28);
  ASSERT_NE(context_->legacy(), nullptr);
  EXPECT_EQ(context_->legacy()->target().revision(), mcp::Revision::r2025_06_18);
  EXPECT_FALSE(context_->legacy()->target().greeting.session_id.empty());
  EXPECT_FALSE(context_->legacy()->target().session_per_token);
  EXPECT_FALSE(context_->legacy()->is_another());
}

TEST_F(BothEras, OnlyCasesOfOlderRevisionsRunInTheOlderOne) {
  serve();
  EXPECT_EQ(&context_->view_for({}), context_.get());
  EXPECT_EQ(&context_->view_for({.since = mcp::kNewest}), context_.get());
  EXPECT_EQ(&context_->view_for({.until = mcp::Revision::r2025_11_25}), context_->legacy());
}

TEST_F(BothEras, ARevisionThatTheUserNamesIsTheOnlyOne) {
  serve(mcp::Revision::r2026_07_28);
  EXPECT_EQ(context_->legacy(), nullptr);
  EXPECT_EQ(context_->target().no_sessions, "");
}

TEST_F(BothEras, AServerWithoutSessionsIsSaidToHaveNone) {
  has_sessions_ = false;
  serve();
  EXPECT_EQ(context_->legacy(), nullptr);
  EXPECT_EQ(context_->target().no_sessions,
            "answers initialize with 404 with JSON that is no JSON-RPC message");
}

TEST_F(BothEras, BothViewsShareTheControlAndWhatWasNoted) {
  serve();
  Context& legacy = *context_->legacy();
  EXPECT_EQ(legacy.control_secret(), context_->control_secret());
  legacy.note("measured", "1");
  EXPECT_EQ(context_->observations().back().first, "measured");
  const std::size_t number = legacy.count_exchange();
  EXPECT_EQ(context_->count_exchange(), number + 1);
  context_->cancel();
  EXPECT_TRUE(legacy.cancelled());
}

TEST_F(BothEras, ASessionThatDiesWithItsTokenIsBegunForEach) {
  owner_ = [](const std::string& token) { return token; };
  serve();
  Context& legacy = *context_->legacy();
  EXPECT_TRUE(legacy.target().session_per_token);
  wire::Connection connection = legacy.connect();
  Probe probe(legacy, subject_, connection);
  for (const char* user : {"alice", "bob"}) {
    const std::string token = probe.mint(probe.good_for(user));
    EXPECT_EQ(probe.send({.credential = probe.carry(token)}).kind, mcp::Kind::result) << user;
  }
  // The control's token is replaced by and by, and its session with it.
  provider_->clock().advance(5min);
  EXPECT_EQ(probe.send({.credential = probe.good_credential()}).kind, mcp::Kind::result);
  // A session that an attempt names is that one.
  const std::string other = probe.mint(probe.good_for("carol"));
  const std::string session = begin_session(probe, probe.good_credential()).session_id;
  EXPECT_EQ(probe.send({.credential = probe.carry(other), .session = session}).status(), 404);
}

TEST_F(BothEras, ABodyInEachEraRunsInBothAndTellsWhereItBroke) {
  serve();
  wire::Connection connection = context_->connect();
  Probe probe(*context_, subject_, connection);
  const Body body = in_each_era([](Probe& one) {
    if (one.target().era() == mcp::Era::modern) return Finding::met("fine");
    return Finding::broken("nothing", "a mix-up");
  });
  const Finding finding = body(probe);
  EXPECT_EQ(finding.kind, Finding::Kind::broken);
  EXPECT_EQ(finding.actual, "in 2025-06-18: a mix-up");
}

}  // namespace
}  // namespace check
