#include "mock-idp/idp/control.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "common/http/client.h"
#include "common/tls/stream.h"
#include "mock-idp/idp/control_testing.h"

namespace idp {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

TEST_F(ControlTest, RotationKeepsTheOldKeyPublishedUnlessToldOtherwise) {
  const std::string before = token();
  const Json rotated = keys("rotate");
  EXPECT_EQ(rotated["kid"], "es256-2");
  EXPECT_EQ(published().size(), 4u);
  EXPECT_TRUE(verdict(before)["good"]);
  EXPECT_TRUE(verdict(token())["good"]);
  const std::string between = token();
  keys("rotate", R"({"overlap":false})");
  EXPECT_EQ(published().size(), 4u);
  EXPECT_FALSE(verdict(between)["good"]);
  EXPECT_TRUE(verdict(before)["good"]) << "the key before was no signer any more";
}

TEST_F(ControlTest, AGhostSignsWithoutBeingPublished) {
  const Json made = keys("ghost");
  EXPECT_EQ(published().size(), 3u);
  const Json verdict_of_ghost = verdict(token());
  EXPECT_FALSE(verdict_of_ghost["good"]);
  EXPECT_EQ(verdict_of_ghost["header"]["kid"], made["kid"]);
  EXPECT_EQ(verdict_of_ghost["problems"][0],
            "no key \"" + made["kid"].get<std::string>() + "\" is published");
}

TEST_F(ControlTest, ADecoyIsPublishedUnderItsKidAndIsAnotherKey) {
  const Json before = published();
  keys("decoy");
  const Json after = published();
  EXPECT_EQ(after[0]["kid"], before[0]["kid"]);
  EXPECT_NE(after[0]["x"], before[0]["x"]);
  EXPECT_EQ(verdict(token())["problems"][0],
            "the published key \"es256-0\" did not make the signature");
}

TEST_F(ControlTest, AReusedKidIsAnotherKeyThatIsGood) {
  const Json before = published();
  const std::string old = token();
  EXPECT_EQ(keys("reuse-kid")["kid"], "es256-0");
  const Json after = published();
  EXPECT_EQ(after.size(), before.size());
  EXPECT_EQ(after[0]["kid"], before[0]["kid"]);
  EXPECT_NE(after[0]["x"], before[0]["x"]);
  EXPECT_FALSE(verdict(old)["good"]);
  EXPECT_TRUE(verdict(token())["good"]);
}

TEST_F(ControlTest, ADuplicateSharesItsKidWithAnotherKey) {
  const Json made = keys("duplicate-kid", R"({"kid":"rs256-0","alg":"ES256"})");
  const Json after = published();
  ASSERT_EQ(after.size(), 4u);
  EXPECT_EQ(after[3]["kid"], "rs256-0");
  EXPECT_EQ(after[3]["alg"], "ES256");
  EXPECT_EQ(made["keys"].size(), 4u);
  EXPECT_TRUE(verdict(token())["good"]);
}

TEST_F(ControlTest, KeysAreAnnouncedPutIntoStatesAndWithdrawn) {
  const std::string kid = keys("announce", R"({"alg":"EdDSA"})")["kid"];
  EXPECT_EQ(published().size(), 4u);
  EXPECT_EQ(verdict(token())["header"]["alg"], "ES256");
  keys("state", Json{{"kid", kid}, {"state", "active"}}.dump());
  keys("withdraw", R"({"kid":"es256-0"})");
  keys("withdraw", R"({"kid":"rs256-0"})");
  keys("withdraw", R"({"kid":"eddsa-0"})");
  EXPECT_EQ(verdict(token())["header"]["kid"], kid);
  keys("withdraw");
  const auto unsigned_answer =
      send({.method = "POST",
            .url = "/i/main/token",
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = "grant_type=client_credentials&client_id=me&client_secret=any"});
  EXPECT_EQ(unsigned_answer.status, 503);
  EXPECT_EQ(json_of(unsigned_answer)["error"], "temporarily_unavailable");
  const auto none = post("/issuers/main/keys/rotate");
  EXPECT_EQ(none.status, 400);
  EXPECT_EQ(json_of(none)["pointer"], "/alg");
}

TEST_F(ControlTest, StrangeMembersArePublishedAsTheyAreUntilTheyAreCleared) {
  keys("publish", R"({"member":{"kty":"OKP","b":1,"a":null}})");
  keys("publish", R"({"member":7})");
  EXPECT_NE(get("/i/main/jwks").body.find(R"(,{"kty":"OKP","b":1,"a":null},7]})"),
            std::string::npos);
  keys("clear");
  EXPECT_EQ(published().size(), 3u);
}

TEST_F(ControlTest, EveryRefusalNamesWhatIsWrong) {
  struct Wrong {
    const char* path;
    const char* body;
    const char* pointer;
    const char* message;
  };
  const Wrong wrong[] = {
      {"/issuers/main/keys/rotate", R"({"algo":"x"})", "/algo",
       "is unknown here; did you mean alg?"},
      {"/issuers/main/keys/rotate", R"({"alg":5})", "/alg", "has to be a string"},
      {"/issuers/main/keys/rotate", R"({"alg":"none"})", "/alg", "no signing algorithm \"none\""},
      {"/issuers/main/keys/rotate", R"({"overlap":1})", "/overlap", "has to be true or false"},
      {"/issuers/main/keys/state", R"({"kid":"es256-0"})", "/state", "is missing"},
      {"/issuers/main/keys/state", R"({"state":"activ"})", "/state",
       "has to be one of upcoming, active, passive, retired, ghost, decoy; did you mean active?"},
      {"/issuers/main/keys/withdraw", R"({"kid":"x"})", "/kid", "no key \"x\""},
      {"/issuers/main~x/keys/rotate", "{}", "/issuer",
       "there is no scenario \"x\"; did you mean lax?"},
      {"/issuers/main/keys/publish", "{}", "/member", "is missing"},
      {"/mint", R"({"a/b":1})", "/a~1b", "is unknown here; did you mean alg or aud or sub?"},
  };
  for (const Wrong& one : wrong) {
    const auto response = post(one.path, one.body);
    EXPECT_EQ(response.status, 400) << one.body;
    const Json json = json_of(response);
    EXPECT_EQ(json["pointer"], one.pointer) << one.body;
    EXPECT_EQ(json["error"], std::string(one.pointer) + " " + one.message) << one.body;
  }
  const auto unknown = get("/_ctl/journal?sinse=1");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(json_of(unknown)["parameter"], "sinse");
  EXPECT_EQ(json_of(get("/_ctl/journal?since=x"))["error"], "since has to be a whole number");
  EXPECT_EQ(json_of(get("/_ctl/journal?wait=61"))["error"], "wait has to be from 0 to 60");
  EXPECT_EQ(get("/_ctl/nothing").status, 404);
  const auto method = get("/_ctl/mint");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(*base::find_header(method.headers, "Allow"), "POST");
}

TEST_F(ControlTest, TheJournalIsFilteredCountedAndExported) {
  for (int i = 0; i < 3; ++i) get("/i/main/jwks");
  get("/i/other/jwks?x=needle");
  const Json all = json_of(get("/_ctl/journal"));
  EXPECT_EQ(all["count"], 4);
  EXPECT_EQ(all["entries"][3]["issuer"], "other");
  EXPECT_EQ(all["entries"][3]["endpoint"], "jwks");
  EXPECT_EQ(json_of(get("/_ctl/journal?issuer=main&limit=2"))["entries"].size(), 2u);
  EXPECT_EQ(json_of(get("/_ctl/journal?issuer=main&limit=2"))["entries"][0]["sequence"], 2)
      << "the newest are given";
  EXPECT_EQ(json_of(get("/_ctl/journal?contains=needle"))["count"], 1);
  EXPECT_EQ(json_of(get("/_ctl/journal?since=3"))["count"], 1);
  EXPECT_EQ(json_of(get("/_ctl/journal?endpoint=token"))["complete"], false);
  const auto lines = get("/_ctl/journal?issuer=main", {{"Accept", "application/jsonl"}});
  EXPECT_EQ(*base::find_header(lines.headers, "Content-Type"), "application/jsonl");
  const auto rows = base::split(lines.body, '\n');
  ASSERT_EQ(rows.size(), 4u) << "a line each, and a final newline";
  EXPECT_EQ((*base::parse_json(rows[0]))["target"], "/i/main/jwks");
}

TEST_F(ControlTest, AForgottenJournalGoesOnCounting) {
  get("/i/main/jwks");
  EXPECT_EQ(json_of(remove("/journal"))["last"], 1);
  EXPECT_EQ(json_of(get("/_ctl/journal"))["count"], 0);
  get("/i/main/jwks");
  EXPECT_EQ(json_of(get("/_ctl/journal?since=1"))["entries"][0]["sequence"], 2);
}

TEST_F(ControlTest, TheJournalIsWaitedFor) {
  auto waiting = std::async(std::launch::async, [&] {
    return json_of(get("/_ctl/journal?endpoint=jwks&count=2&wait=10"));
  });
  get("/i/main/jwks");
  get("/i/main/jwks");
  const Json got = waiting.get();
  EXPECT_EQ(got["complete"], true);
  EXPECT_GE(got["entries"].size(), 2u);
  EXPECT_EQ(json_of(get("/_ctl/journal?endpoint=token&wait=0.01"))["complete"], false);
}

TEST_F(ControlTest, WhoWaitsDoesNotKeepTheProviderFromStopping) {
  std::promise<void> asked;
  std::thread client([&] {
    asked.set_value();
    http::fetch({.url = idp_->origin() + "/_ctl/journal?endpoint=token&wait=60"},
                base::Deadline::after(20s));
  });
  asked.get_future().wait();
  const auto begin = std::chrono::steady_clock::now();
  idp_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  client.join();
}

TEST_F(ControlTest, TheStreamTellsWhatIsAskedAndResumes) {
  get("/i/main/jwks?n=1");
  get("/i/main/jwks?n=2");
  const auto url = base::parse_url(idp_->origin());
  tls::Connector connector(*url);
  const auto deadline = base::Deadline::after(10s);
  const auto opened = connector.open(deadline);
  ASSERT_TRUE(opened.stream);
  ASSERT_EQ(opened.stream->write("GET /_ctl/journal/stream HTTP/1.1\r\nHost: " + url->authority() +
                                     "\r\nLast-Event-ID: 1\r\n\r\n",
                                 deadline),
            base::IoStatus::ok);
  std::string seen;
  const auto read_until = [&](std::string_view text) {
    char buffer[4096];
    std::size_t got = 0;
    while (seen.find(text) == std::string::npos &&
           opened.stream->read(buffer, sizeof buffer, deadline, got) == base::IoStatus::ok) {
      seen.append(buffer, got);
    }
    return seen.find(text) != std::string::npos;
  };
  EXPECT_TRUE(read_until("n=2"));
  EXPECT_EQ(seen.find("n=1"), std::string::npos);
  EXPECT_NE(seen.find("text/event-stream"), std::string::npos);
  EXPECT_NE(seen.find("id: 2\nevent: request\ndata: {\"sequence\":2,"), std::string::npos);
  get("/i/main/jwks?n=3");
  EXPECT_TRUE(read_until("n=3"));
  idp_->stop();
}

TEST_F(ControlTest, APageOfAnotherOriginMayNotSteer) {
  const std::string own = idp_->origin();
  EXPECT_EQ(post("/mint", "{}", {{"Origin", own}}).status, 200);
  EXPECT_EQ(post("/mint", "{}", {{"Origin", "http://evil.test"}}).status, 403);
  EXPECT_EQ(post("/mint", "{}", {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(get("/_ctl/journal", {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
  EXPECT_EQ(get("/_ctl/journal", {{"Sec-Fetch-Site", "same-origin"}}).status, 200);
}

TEST(Control, ANameThatSomebodyMadeResolveToUsIsNotOurs) {
  Options options;
  options.origin = "https://idp.test";
  Provider provider(options);
  provider.origin = options.origin;
  const auto allowed = [&](const char* host) {
    http::Request request;
    request.headers = {{"Host", host}};
    return may_steer(provider, request).has_value();
  };
  EXPECT_FALSE(allowed("evil.test"));
  EXPECT_FALSE(allowed("127.0.0.1.evil.test"));
  for (const char* own : {"127.0.0.1:9400", "[::1]:1", "localhost", "LOCALHOST:9400", "idp.test"}) {
    EXPECT_TRUE(allowed(own)) << own;
  }
}

TEST_F(ControlTest, WithAnAdminTokenNobodySteersWithoutIt) {
  Options options;
  options.admin_token = "let-me-in";
  start(options);
  EXPECT_EQ(post("/mint", "{}").status, 401);
  EXPECT_EQ(post("/mint", "{}", {{"Authorization", "Bearer let-me"}}).status, 401);
  EXPECT_EQ(post("/mint", "{}", {{"Authorization", "bearer let-me-in"}}).status, 200);
  EXPECT_EQ(get("/i/main/jwks").status, 200);
}

TEST(Control, WhereOthersReachTheProviderAnAdminTokenIsMade) {
  Options options;
  EXPECT_TRUE((*MockIdp::start(options))->admin_token().empty());
  options.host = "0.0.0.0";
  const auto one = MockIdp::start(options);
  ASSERT_TRUE(one);
  EXPECT_EQ((*one)->admin_token().size(), 48u);
  EXPECT_NE((*MockIdp::start(options))->admin_token(), (*one)->admin_token());
}

TEST_F(ControlTest, TheLibrarySteersWithoutHttp) {
  const auto minted = idp_->control("POST /mint", R"({"ttl":-5})");
  ASSERT_TRUE(minted) << minted.error().message;
  const std::string text = (*base::parse_json(*minted))["token"];
  EXPECT_EQ(verdict(text)["problems"][0].get<std::string>().rfind("exp has passed", 0), 0u);
  EXPECT_EQ(idp_->control("POST /mint", R"({"ttl":"5"})").error().message,
            "/ttl has to be a whole number");
  EXPECT_EQ(idp_->journal().last_sequence(), 0u);
}

TEST_F(ControlTest, IssuersAndWordsAreListed) {
  idp_->issuer("b~okta~strict~pkce-plain");
  idp_->issuer("a");
  const Json list = json_of(get("/_ctl/issuers"))["issuers"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1]["name"], "b~okta~strict~pkce-plain");
  EXPECT_EQ(list[1]["persona"], "okta");
  EXPECT_EQ(list[1]["weaknesses"], Json::array({"pkce-plain"}));
  const Json words = json_of(get("/_ctl/scenarios"));
  EXPECT_GT(words["mutations"].size(), 20u);
  EXPECT_GT(words["scenarios"].size(), 20u);
  EXPECT_NE(std::find(words["endpoints"].begin(), words["endpoints"].end(), "jwks"),
            words["endpoints"].end());
}

}  // namespace
}  // namespace idp
