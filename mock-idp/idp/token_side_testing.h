#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "common/http/client.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {

/// A provider, and a client of one of its issuers: "app", public, which is redirected to this
/// machine. A hint logs in.
class TokenSide : public testing::Test {
 protected:
  using Json = nlohmann::json;

  void SetUp() override { start({}); }
  void start(Options options) {
    auto started = MockIdp::start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    idp_ = std::move(*started);
  }
  /// From now on that issuer is asked.
  void use(std::string name) { name_ = std::move(name); }
  Issuer& issuer() const { return idp_->issuer(name_); }

  http::ClientResponse call(http::ClientRequest request) const {
    request.url = issuer().url() + request.url;
    request.tls = tls_;
    auto response = http::fetch(request, base::Deadline::after(std::chrono::seconds(10)));
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : http::ClientResponse{};
  }
  http::ClientResponse post(std::string path, const base::FormFields& form,
                            base::Headers headers = {}) const {
    headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return call({.method = "POST",
                 .url = std::move(path),
                 .headers = std::move(headers),
                 .body = base::encode_form(form)});
  }
  /// A change with an empty value takes the parameter away.
  static base::FormFields with(base::FormFields fields, const base::FormFields& changes) {
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&, key = name](const auto& field) { return field.first == key; });
      if (!value.empty()) fields.emplace_back(name, value);
    }
    return fields;
  }
  /// A code for alice, the scopes a and b, and http://localhost/mcp.
  std::string code(const base::FormFields& changes = {}) const {
    const base::FormFields request =
        with({{"response_type", "code"},
              {"client_id", "app"},
              {"redirect_uri", kCallback},
              {"scope", "a b"},
              {"resource", "http://localhost/mcp"},
              {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
              {"code_challenge_method", "S256"},
              {"login_hint", "alice"}},
             changes);
    const std::string location =
        header_of(call({.url = "/authorize?" + base::encode_form(request)}), "Location");
    return base::form_value(base::parse_form(location.substr(location.find('?') + 1)), "code");
  }
  http::ClientResponse redeem(const std::string& code, const base::FormFields& changes = {},
                              base::Headers headers = {}) const {
    return post("/token",
                with({{"grant_type", "authorization_code"},
                      {"code", code},
                      {"client_id", "app"},
                      {"redirect_uri", kCallback},
                      {"code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}},
                     changes),
                std::move(headers));
  }
  http::ClientResponse refresh(const std::string& token, const base::FormFields& changes = {},
                               base::Headers headers = {}) const {
    return post(
        "/token",
        with({{"grant_type", "refresh_token"}, {"client_id", "app"}, {"refresh_token", token}},
             changes),
        std::move(headers));
  }
  http::ClientResponse introspect(const std::string& token) const {
    return post("/introspect",
                {{"token", token}, {"client_id", "server"}, {"client_secret", "any"}});
  }
  bool is_active(const std::string& token) const {
    return json_of(introspect(token)).value("active", false);
  }
  http::ClientResponse revoke(const std::string& token, const std::string& client = "app") const {
    return post("/revoke", {{"token", token}, {"client_id", client}});
  }

  static std::string header_of(const http::ClientResponse& response, std::string_view name) {
    const std::string* const value = base::find_header(response.headers, name);
    return value == nullptr ? "" : *value;
  }
  static Json json_of(const http::ClientResponse& response) {
    return base::parse_json(response.body).value_or(Json::object());
  }
  static Json claims_of(const std::string& token) {
    return *base::parse_json(*base::base64url_decode(base::split(token, '.').at(1)));
  }

  static constexpr char kCallback[] = "http://127.0.0.1:7/cb";
  std::unique_ptr<MockIdp> idp_;
  tls::Options tls_;  ///< how the client speaks TLS

 private:
  std::string name_ = "main";
};

}  // namespace idp
