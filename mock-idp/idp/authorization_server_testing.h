#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "common/http/client.h"
#include "mock-idp/idp/mock_idp.h"

// For tests of the provider as an authorization server, from outside: what a client and a browser
// see.
namespace idp {

using Json = nlohmann::json;

inline constexpr char kVerifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr char kChallenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
inline constexpr char kRedirect[] = "http://127.0.0.1:7/cb";

class AuthorizationServer : public testing::Test {
 protected:
  void start(bool strict) {
    Options options;
    options.strict = strict;
    auto started = MockIdp::start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    idp_ = std::move(*started);
  }
  void SetUp() override { start(false); }
  /// From now on that issuer is asked: "main~strict~pkce-plain".
  void use(std::string issuer) { issuer_ = std::move(issuer); }
  std::string url() const { return idp_->issuer(issuer_).url(); }

  http::ClientResponse call(http::ClientRequest request) const {
    request.url = url() + request.url;
    auto response = http::fetch(request, base::Deadline::after(std::chrono::seconds(10)));
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : http::ClientResponse{};
  }
  http::ClientResponse authorize(const base::FormFields& changes,
                                 base::Headers headers = {}) const {
    return call({.url = "/authorize?" + base::encode_form(request_with(changes)),
                 .headers = std::move(headers)});
  }
  http::ClientResponse post(std::string path, const base::FormFields& form,
                            base::Headers headers = {}) const {
    headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return call({.method = "POST",
                 .url = std::move(path),
                 .headers = std::move(headers),
                 .body = base::encode_form(form)});
  }
  http::ClientResponse enroll(const Json& document) const {
    return call({.method = "POST",
                 .url = "/register",
                 .headers = {{"Content-Type", "application/json"}},
                 .body = document.dump()});
  }
  http::ClientResponse redeem(const std::string& code, const base::FormFields& changes = {}) const {
    return post("/token", changed({{"grant_type", "authorization_code"},
                                   {"code", code},
                                   {"client_id", "app"},
                                   {"redirect_uri", kRedirect},
                                   {"code_verifier", kVerifier}},
                                  changes));
  }
  /// A change with an empty value takes the parameter away.
  static base::FormFields changed(base::FormFields fields, const base::FormFields& changes) {
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&, key = name](const auto& field) { return field.first == key; });
      if (!value.empty()) fields.emplace_back(name, value);
    }
    return fields;
  }
  static base::FormFields request_with(const base::FormFields& changes) {
    return changed({{"response_type", "code"},
                    {"client_id", "app"},
                    {"redirect_uri", kRedirect},
                    {"scope", "a b"},
                    {"state", "s&t=ate"},
                    {"resource", "http://localhost/mcp"},
                    {"code_challenge", kChallenge},
                    {"code_challenge_method", "S256"},
                    {"login_hint", "alice"}},
                   changes);
  }
  static std::string header_of(const http::ClientResponse& response, std::string_view name) {
    const std::string* const value = base::find_header(response.headers, name);
    return value == nullptr ? "" : *value;
  }
  static std::string parameter(const http::ClientResponse& response, std::string_view name) {
    const std::string location = header_of(response, "Location");
    const std::size_t mark = location.find_first_of("?#");
    if (mark == std::string::npos) return {};
    for (const auto& [field, value] : base::parse_form(location.substr(mark + 1))) {
      if (field == name) return value;
    }
    return {};
  }
  static Json json_of(const http::ClientResponse& response) {
    return base::parse_json(response.body).value_or(Json());
  }
  static Json claims_of(const std::string& token) {
    return *base::parse_json(*base::base64url_decode(base::split(token, '.').at(1)));
  }
  /// The value of a hidden field of a page.
  static std::string hidden(const http::ClientResponse& page, const std::string& name) {
    const std::string mark = "name=\"" + name + "\" value=\"";
    const std::size_t at = page.body.find(mark);
    if (at == std::string::npos) return {};
    const std::size_t from = at + mark.size();
    return page.body.substr(from, page.body.find('"', from) - from);
  }
  std::string code() const { return parameter(authorize({}), "code"); }

  /// A public client with that redirect URI; gives its id.
  std::string enroll_public(const std::string& redirect_uri = kRedirect) const {
    return json_of(enroll({{"redirect_uris", {redirect_uri}},
                           {"grant_types", {"authorization_code", "refresh_token"}},
                           {"token_endpoint_auth_method", "none"}}))
        .value("client_id", "");
  }
  /// What a browser sends back, as a header field.
  static base::Headers cookies_of(const http::ClientResponse& response, base::Headers before = {}) {
    std::string all = before.empty() ? "" : before.front().value;
    for (const std::string& field : base::all_headers(response.headers, "Set-Cookie")) {
      all += (all.empty() ? "" : "; ") + field.substr(0, field.find(';'));
    }
    return {{"Cookie", all}};
  }
  /// Logs in on the page; the answer leads back to the client.
  http::ClientResponse press(const http::ClientResponse& page, base::FormFields fields,
                             base::Headers cookies = {}) const {
    fields.emplace_back("login", hidden(page, "login"));
    return post("/authorize", fields, cookies_of(page, std::move(cookies)));
  }

  std::unique_ptr<MockIdp> idp_;
  std::string issuer_ = "main";
};

}  // namespace idp
