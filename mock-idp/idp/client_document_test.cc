#include <atomic>

#include "common/http/server.h"
#include "mock-idp/idp/authorization_server_testing.h"

// Clients whose id is the URL of what they say of themselves.
namespace idp {
namespace {

using namespace std::chrono_literals;

class ClientDocument : public AuthorizationServer {
 protected:
  void SetUp() override {
    start(true);
    serve_at("127.0.0.1");
  }
  void serve_at(const std::string& host) {
    auto server = http::Server::start(
        [this](const http::Request& /*request*/) {
          ++fetches_;
          return response_;
        },
        {.host = host});
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    id_ = server_->origin() + "/client.json";
    response_ = http::Response::json(200, document().dump());
  }
  Json document() const {
    return {{"client_id", id_}, {"client_name", "My editor"}, {"redirect_uris", {kRedirect}}};
  }
  void say(const Json& changes) {
    Json all = document();
    all.update(changes);
    response_ = http::Response::json(200, all.dump());
    idp_->clock().advance(1min);  // nothing is kept that long
  }
  http::ClientResponse go(const std::string& id, const std::string& redirect = kRedirect) const {
    return authorize({{"client_id", id}, {"redirect_uri", redirect}, {"login_hint", ""}});
  }
  int status(const std::string& redirect = kRedirect) const { return go(id_, redirect).status; }

  http::Response response_;
  std::string id_;
  std::atomic<int> fetches_{0};
  std::unique_ptr<http::Server> server_;
};

TEST_F(ClientDocument, IsAllTheRegistrationThatIsNeeded) {
  const auto page = go(id_);
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_NE(page.body.find("My editor"), std::string::npos);
  EXPECT_NE(page.body.find(id_), std::string::npos) << "who vouches for the name";
  EXPECT_NE(page.body.find("runs on this machine"), std::string::npos);
  const auto answer = press(page, {{"user", "bob"}});
  const auto tokens = redeem(parameter(answer, "code"), {{"client_id", id_}});
  ASSERT_EQ(tokens.status, 200) << tokens.body;
  EXPECT_EQ(claims_of(json_of(tokens)["access_token"])["client_id"], id_);
  EXPECT_EQ(json_of(call({.url = "/.well-known/oauth-authorization-server"}))
                ["client_id_metadata_document_supported"],
            true);
}

TEST_F(ClientDocument, HoldsTheClientToWhatItSays) {
  EXPECT_EQ(status("http://127.0.0.1:7/other"), 400);
  EXPECT_EQ(status("https://evil.example/"), 400);
  EXPECT_EQ(status("http://127.0.0.1:9/cb"), 200) << "the port is free (RFC 8252)";
}

TEST_F(ClientDocument, IsKeptAsLongAsItAllows) {
  response_.headers.push_back({"Cache-Control", "private, max-age=60"});
  go(id_);
  idp_->clock().advance(59s);
  go(id_);
  EXPECT_EQ(fetches_, 1);
  idp_->clock().advance(1s);
  response_ = http::Response::json(200, document().dump());
  go(id_);
  go(id_);
  EXPECT_EQ(fetches_, 2) << "without a word for two seconds";
  idp_->clock().advance(2s);
  go(id_);
  EXPECT_EQ(fetches_, 3);
}

TEST_F(ClientDocument, OneThatIsNotInOrderIsNone) {
  for (const Json& changes :
       std::initializer_list<Json>{{{"client_id", id_ + "x"}},
                                   {{"client_id", nullptr}},
                                   {{"redirect_uris", Json::array()}},
                                   {{"redirect_uris", {"http://evil.example/"}}},
                                   {{"token_endpoint_auth_method", "client_secret_basic"}},
                                   {{"token_endpoint_auth_method", "private_key_jwt"}},
                                   {{"client_secret", "x"}},
                                   {{"client_name", std::string(6'000, 'x')}}}) {
    say(changes);
    EXPECT_EQ(status(), 400) << changes.dump().substr(0, 80);
  }
  say(Json::object());
  EXPECT_EQ(status(), 200);
}

TEST_F(ClientDocument, OnlyADirectAnswerInJsonCounts) {
  const std::string good = document().dump();
  http::Response redirect{.status = 302};
  redirect.headers.push_back({"Location", "http://127.0.0.1:1/"});
  const http::Response answers[] = {
      http::Response::text(200, good), http::Response::json(404, good),
      http::Response::json(200, "[]"), http::Response::json(200, "{"), redirect};
  for (const http::Response& answer : answers) {
    response_ = answer;
    idp_->clock().advance(1min);
    EXPECT_EQ(status(), 400) << answer.body;
  }
}

TEST_F(ClientDocument, IdsThatNoDocumentCanHaveAreRefusedUnfetched) {
  const std::string place = server_->origin();
  for (const std::string& id :
       {place + "/a/../client.json", place + "/./client.json", place + "/client.json#x",
        "http://user@127.0.0.1:" + std::to_string(server_->port()) + "/client.json", place}) {
    EXPECT_EQ(go(id).status, 400) << id;
  }
  EXPECT_EQ(fetches_, 0);
  EXPECT_EQ(go(idp_->issuer("other").url() + "/authorize?x=/").status, 400) << "our own endpoint";
}

TEST_F(ClientDocument, PrivateAddressesAreNotAsked) {
  serve_at("127.0.0.2");
  const std::string port = std::to_string(server_->port());
  for (const std::string& id :
       {"http://127.0.0.2:" + port + "/c", "https://127.0.0.2:" + port + "/c",
        "http://2130706434:" + port + "/c", "https://0x7f.2:" + port + "/c",
        "https://[::ffff:127.0.0.2]:" + port + "/c", std::string("https://10.0.0.1/c"),
        std::string("https://169.254.169.254/latest"), std::string("https://[fd00::1]/c"),
        std::string("http://192.168.0.1/c")}) {
    EXPECT_EQ(go(id).status, 400) << id;
  }
  EXPECT_EQ(fetches_, 0);
  use("main~strict~document-from-private-address");
  EXPECT_EQ(status(), 200);
  EXPECT_EQ(fetches_, 1);
}

TEST_F(ClientDocument, EachWeaknessLetsOneThingPass) {
  use("main~strict~document-of-another");
  say({{"client_id", "https://other.example/c"}});
  EXPECT_EQ(status(), 200);
  use("main~strict~document-redirect-unchecked");
  say(Json::object());
  EXPECT_EQ(status("https://evil.example/"), 200);
}

}  // namespace
}  // namespace idp
