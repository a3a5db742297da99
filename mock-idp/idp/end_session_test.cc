#include "mock-idp/idp/authorization_server_testing.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

constexpr char kAfter[] = "https://client.example/bye?x=1";

class EndSession : public AuthorizationServer {
 protected:
  void SetUp() override {
    start(true);
    id_ = json_of(enroll({{"redirect_uris", {kRedirect}},
                          {"post_logout_redirect_uris", {kAfter}},
                          {"token_endpoint_auth_method", "none"}}))["client_id"];
    const auto page = authorize(wish());
    const auto answer = press(page, {{"user", "bob"}});
    cookies_ = cookies_of(answer, cookies_of(page));
    const Json tokens = json_of(redeem(parameter(answer, "code"), {{"client_id", id_}}));
    id_token_ = tokens["id_token"];
    access_token_ = tokens["access_token"];
  }
  base::FormFields wish() const {
    return {{"client_id", id_}, {"scope", "openid"}, {"login_hint", ""}};
  }
  http::ClientResponse end(const base::FormFields& fields) const {
    return call({.url = "/end_session?" + base::encode_form(fields), .headers = cookies_});
  }
  bool is_logged_in() const { return authorize(wish(), cookies_).status == 302; }

  std::string id_;
  std::string id_token_;
  std::string access_token_;
  base::Headers cookies_;
};

TEST_F(EndSession, AnIdTokenIsEnough) {
  ASSERT_TRUE(is_logged_in());
  idp_->clock().advance(1h);  // the ID token has expired, which does not matter
  const auto answer =
      end({{"id_token_hint", id_token_}, {"post_logout_redirect_uri", kAfter}, {"state", "s t"}});
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(header_of(answer, "Location"), "https://client.example/bye?x=1&state=s%20t");
  EXPECT_NE(header_of(answer, "Set-Cookie").find("authspec_session=;"), std::string::npos);
  EXPECT_FALSE(is_logged_in()) << "whatever the browser keeps";
  EXPECT_EQ(end({{"id_token_hint", id_token_}}).status, 200) << "once more does no harm";
}

TEST_F(EndSession, WithoutOneTheUserIsAsked) {
  const auto page = end({{"client_id", id_}, {"post_logout_redirect_uri", kAfter}});
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(is_logged_in());
  base::FormFields form{{"client_id", id_},
                        {"post_logout_redirect_uri", hidden(page, "post_logout_redirect_uri")}};
  EXPECT_EQ(post("/end_session", form, cookies_).status, 200) << "another site's form: asked again";
  EXPECT_TRUE(is_logged_in());
  form.emplace_back("confirm", hidden(page, "confirm"));
  EXPECT_EQ(end(form).status, 200) << "a link";
  form.emplace_back("deny", "1");
  EXPECT_EQ(post("/end_session", form, cookies_).status, 200);
  EXPECT_TRUE(is_logged_in());
  form.pop_back();
  const auto answer = post("/end_session", form, cookies_);
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(header_of(answer, "Location"), kAfter);
  EXPECT_FALSE(is_logged_in());
}

TEST_F(EndSession, NobodyIsSentWhereTheClientDidNotRegister) {
  const std::string other = enroll_public();
  const std::string foreign = *idp_->issuer("other").recipe("x")->mint();
  for (const base::FormFields& fields : std::initializer_list<base::FormFields>{
           {{"post_logout_redirect_uri", kAfter}},
           {{"client_id", id_}, {"post_logout_redirect_uri", "https://evil.example/"}},
           {{"client_id", other}, {"post_logout_redirect_uri", kAfter}},
           {{"id_token_hint", id_token_}, {"post_logout_redirect_uri", "https://evil.example/"}},
           {{"id_token_hint", id_token_}, {"client_id", other}},
           {{"id_token_hint", access_token_}},
           {{"id_token_hint", foreign}},
           {{"id_token_hint", "x.y.z"}},
           {{"state", "a"}, {"state", "b"}}}) {
    const auto answer = end(fields);
    EXPECT_EQ(answer.status, 400) << base::encode_form(fields);
    EXPECT_EQ(header_of(answer, "Location"), "");
  }
  EXPECT_TRUE(is_logged_in());
  EXPECT_EQ(call({.method = "PUT", .url = "/end_session"}).status, 405);
}

TEST_F(EndSession, AnIdTokenOfSomebodyElseIsNotEnough) {
  const auto page = authorize({{"client_id", id_}, {"scope", "openid"}, {"login_hint", ""}});
  const auto answer = press(page, {{"user", "carol"}});
  const Json tokens = json_of(redeem(parameter(answer, "code"), {{"client_id", id_}}));
  const auto asked = end({{"id_token_hint", tokens["id_token"]}});
  EXPECT_NE(hidden(asked, "confirm"), "");
  EXPECT_TRUE(is_logged_in());
}

}  // namespace
}  // namespace idp
