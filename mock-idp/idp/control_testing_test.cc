#include "mock-idp/idp/control_testing.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"

namespace idp {

using namespace std::chrono_literals;

void ControlTest::start(Options options) {
  auto started = MockIdp::start(std::move(options));
  ASSERT_TRUE(started) << started.error().message;
  idp_ = std::move(*started);
}

http::ClientResponse ControlTest::send(http::ClientRequest request) const {
  request.url = idp_->origin() + request.url;
  request.tls.ca = idp_->ca_certificate();
  auto response = http::fetch(request, base::Deadline::after(10s), 32UL << 20);
  EXPECT_TRUE(response) << response.error().message;
  return response ? *response : http::ClientResponse{};
}

http::ClientResponse ControlTest::get(std::string path, base::Headers headers) const {
  return send({.url = std::move(path), .headers = std::move(headers)});
}

http::ClientResponse ControlTest::post(const std::string& command, std::string body,
                                       base::Headers headers) const {
  if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
  return send({.method = "POST",
               .url = "/_ctl" + command,
               .headers = std::move(headers),
               .body = std::move(body)});
}

http::ClientResponse ControlTest::remove(const std::string& command) const {
  return send({.method = "DELETE", .url = "/_ctl" + command});
}

nlohmann::json ControlTest::json_of(const http::ClientResponse& response) {
  const auto json = base::parse_json(response.body);
  EXPECT_TRUE(json) << response.body;
  return json ? *json : Json();
}

nlohmann::json ControlTest::steer(const std::string& command, std::string body) const {
  const auto response = post(command, std::move(body));
  EXPECT_EQ(response.status / 100, 2) << command << ": " << response.body;
  return json_of(response);
}

nlohmann::json ControlTest::published() const { return json_of(get("/i/main/jwks"))["keys"]; }

nlohmann::json ControlTest::keys(const std::string& verb, std::string body) const {
  return steer("/issuers/main/keys/" + verb, std::move(body));
}

std::string ControlTest::token() const { return steer("/mint", "{}")["token"]; }

nlohmann::json ControlTest::verdict(const std::string& text) const {
  return steer("/verify", Json{{"token", text}}.dump());
}

std::string ControlTest::outcome(const std::string& path) const {
  auto response =
      http::fetch({.url = idp_->origin() + path}, base::Deadline::after(2s), 32UL << 20);
  return response ? std::to_string(response->status) : response.error().message;
}

}  // namespace idp
