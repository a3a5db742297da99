#include "mock-idp/idp/authorization_server_testing.h"

// Each weakness of the authorize side: the strict issuer refuses what the weak one does.
namespace idp {
namespace {

class AuthorizeWeakness : public AuthorizationServer {
 protected:
  /// What `ask` gives at a strict issuer, and at one with that weakness.
  template <typename Ask>
  std::pair<std::string, std::string> strict_and(const std::string& weakness, const Ask& ask) {
    use("main~strict");
    const std::string strict = ask();
    use("main~strict~" + weakness);
    return {strict, ask()};
  }
  /// The error of an authorization request by a client registered for `kRedirect`; "page" where
  /// somebody would have to log in.
  std::string outcome(const base::FormFields& changes) const {
    const auto answer = ask(changes);
    if (answer.status == 200) return "page";
    const std::string error = parameter(answer, "error");
    return error.empty() ? std::to_string(answer.status) : error;
  }
  http::ClientResponse ask(base::FormFields changes) const {
    changes.emplace_back("client_id", enroll_public());
    return authorize(changes);
  }
  /// Through the page to the client.
  http::ClientResponse arrive(const base::FormFields& changes) const {
    return press(ask(changes), {{"user", "bob"}});
  }
  std::string tokens(const base::FormFields& asked, const base::FormFields& redeemed) const {
    const std::string id = enroll_public();
    base::FormFields changes = asked;
    changes.emplace_back("client_id", id);
    const auto back = press(authorize(changes), {{"user", "bob"}});
    base::FormFields fields = redeemed;
    fields.emplace_back("client_id", id);
    return json_of(redeem(parameter(back, "code"), fields)).value("error", "token");
  }
  using Pair = std::pair<std::string, std::string>;
};

TEST_F(AuthorizeWeakness, RedirectUris) {
  const auto at = [&](const char* uri) {
    return [this, uri] { return outcome({{"redirect_uri", uri}}); };
  };
  EXPECT_EQ(strict_and("redirect-unchecked", at("https://evil.example/")), Pair("400", "page"));
  EXPECT_EQ(strict_and("redirect-prefix", at("http://127.0.0.1:7/cb/x")), Pair("400", "page"));
  EXPECT_EQ(strict_and("redirect-prefix", at("https://evil.example/")), Pair("400", "400"));
  EXPECT_EQ(strict_and("redirect-port-fixed", at("http://127.0.0.1:8/cb")), Pair("page", "400"));
  EXPECT_EQ(strict_and("errors-redirected-anywhere", at("https://evil.example/")),
            Pair("400", "invalid_request"));
}

TEST_F(AuthorizeWeakness, RedirectUrisOfWebClients) {
  const char* const uri = "https://client.example/cb?x=1";
  const auto registered = [&] { return std::to_string(enroll({{"redirect_uris", {uri}}}).status); };
  EXPECT_EQ(strict_and("register-loopback-only", registered), Pair("201", "400"));
  const auto asked = [&] {
    const Json client = json_of(enroll({{"redirect_uris", {uri}}}));
    return std::to_string(
        authorize({{"client_id", client["client_id"]}, {"redirect_uri", uri}}).status);
  };
  EXPECT_EQ(strict_and("redirect-loopback-only", asked), Pair("200", "400"));
}

TEST_F(AuthorizeWeakness, AnyClientAndAHintThatLogsIn) {
  EXPECT_EQ(strict_and("any-client", [&] { return std::to_string(authorize({}).status); }),
            Pair("400", "200"));
  EXPECT_EQ(strict_and("hint-logs-in", [&] { return outcome({}); }), Pair("page", "302"));
}

TEST_F(AuthorizeWeakness, ATokenWithoutACodeComesInTheFragment) {
  const base::FormFields implicit{
      {"response_type", "token"}, {"code_challenge", ""}, {"code_challenge_method", ""}};
  EXPECT_EQ(strict_and("implicit-grant", [&] { return outcome(implicit); }),
            Pair("unsupported_response_type", "page"));
  const auto answer = arrive(implicit);
  EXPECT_NE(header_of(answer, "Location").find("/cb#access_token="), std::string::npos);
  EXPECT_EQ(claims_of(parameter(answer, "access_token"))["sub"], "bob");
  EXPECT_EQ(parameter(answer, "token_type"), "Bearer");
}

TEST_F(AuthorizeWeakness, StateAndIssuer) {
  const auto comes = [&](const char* name) {
    return [this, name] { return parameter(arrive({}), name); };
  };
  EXPECT_EQ(strict_and("state-dropped", comes("state")), Pair("s&t=ate", ""));
  EXPECT_EQ(strict_and("iss-missing", comes("iss")).second, "");
  use("main~strict");
  const std::string right = url();
  const auto [strict, wrong] = strict_and("iss-wrong", comes("iss"));
  EXPECT_EQ(strict, right);
  EXPECT_NE(wrong, url());
  EXPECT_NE(wrong, "");
}

TEST_F(AuthorizeWeakness, ProofKeys) {
  const base::FormFields none{{"code_challenge", ""}, {"code_challenge_method", ""}};
  const base::FormFields plain{{"code_challenge", kVerifier}, {"code_challenge_method", "plain"}};
  const std::string other(50, 'x');
  EXPECT_EQ(strict_and("pkce-optional", [&] { return outcome(none); }),
            Pair("invalid_request", "page"));
  EXPECT_EQ(strict_and("pkce-plain", [&] { return outcome(plain); }),
            Pair("invalid_request", "page"));
  EXPECT_EQ(tokens(plain, {}), "token");
  EXPECT_EQ(tokens(plain, {{"code_verifier", other}}), "invalid_grant");
  EXPECT_EQ(strict_and("pkce-unchecked",
                       [&] {
                         return tokens({}, {{"code_verifier", other}});
                       }),
            Pair("invalid_grant", "token"));
  EXPECT_EQ(tokens({}, {{"code_verifier", ""}}), "invalid_grant") << "it has to be there";
  EXPECT_EQ(strict_and("verifier-optional",
                       [&] {
                         return tokens({}, {{"code_verifier", ""}});
                       }),
            Pair("invalid_grant", "token"));
}

TEST_F(AuthorizeWeakness, ConsentAndItsPage) {
  const auto second_client = [&] {
    const auto page = ask({});
    const auto back = press(page, {{"user", "bob"}});
    const auto other = authorize({{"client_id", enroll_public()}, {"login_hint", ""}},
                                 cookies_of(back, cookies_of(page)));
    return std::string(other.status == 200 ? "page" : "granted");
  };
  EXPECT_EQ(strict_and("consent-once", second_client), Pair("page", "granted"));
  const auto from_another_browser = [&] {
    return std::to_string(
        post("/authorize", {{"login", hidden(ask({}), "login")}, {"user", "bob"}}).status);
  };
  EXPECT_EQ(strict_and("consent-from-anywhere", from_another_browser), Pair("400", "303"));
  const auto framing = [&] {
    const auto page = ask({});
    const bool policy =
        header_of(page, "Content-Security-Policy").find("frame-") != std::string::npos;
    return header_of(page, "X-Frame-Options") + (policy ? " policy" : "");
  };
  EXPECT_EQ(strict_and("framable", framing), Pair("DENY policy", ""));
}

TEST_F(AuthorizeWeakness, SecretsAndTwoAuthentications) {
  const auto with = [&](const base::FormFields& fields, bool basic) {
    const Json client = json_of(enroll({{"grant_types", {"client_credentials"}}}));
    base::FormFields form = {{"grant_type", "client_credentials"}};
    form.insert(form.end(), fields.begin(), fields.end());
    const std::string id = client["client_id"];
    const std::string secret = client["client_secret"];
    if (!basic) form.emplace_back("client_id", id);
    base::Headers headers;
    if (basic) {
      headers.push_back({"Authorization", "Basic " + base::base64_encode(id + ":" + secret)});
      form.emplace_back("client_secret", secret);
    }
    return json_of(post("/token", form, headers)).value("error", "token");
  };
  EXPECT_EQ(strict_and("secret-unchecked",
                       [&] {
                         return with({{"client_secret", "x"}}, false);
                       }),
            Pair("invalid_client", "token"));
  EXPECT_EQ(strict_and("two-authentications", [&] { return with({}, true); }),
            Pair("invalid_request", "token"));
}

TEST_F(AuthorizeWeakness, Registration) {
  const auto registered = [&](const Json& document) {
    return [this, document] { return json_of(enroll(document)).value("error", "registered"); };
  };
  const Json redirects = {kRedirect};
  EXPECT_EQ(strict_and("register-any-redirect",
                       registered({{"redirect_uris", {"http://evil.example/cb"}}})),
            Pair("invalid_redirect_uri", "registered"));
  EXPECT_EQ(strict_and("register-two-key-sets",
                       registered({{"redirect_uris", redirects},
                                   {"jwks", {{"keys", Json::array()}}},
                                   {"jwks_uri", "https://client.example/jwks"}})),
            Pair("invalid_client_metadata", "registered"));
  EXPECT_EQ(strict_and("register-anything-long",
                       registered({{"redirect_uris", redirects},
                                   {"client_name", std::string(1'000'000, 'x')}})),
            Pair("invalid_client_metadata", "registered"));
  const std::string claims = base::base64url_encode(R"({"client_name":"Your Bank"})");
  const auto name = [&] {
    return json_of(enroll({{"redirect_uris", redirects},
                           {"client_name", "An app"},
                           {"software_statement", "e30." + claims + ".e30"}}))
        .value("client_name", "");
  };
  EXPECT_EQ(strict_and("software-statement-trusted", name), Pair("An app", "Your Bank"));
}

}  // namespace
}  // namespace idp
