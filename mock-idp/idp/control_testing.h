#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include <nlohmann/json_fwd.hpp>

#include "common/base/clock.h"
#include "common/http/client.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {

/// A provider that is steered over HTTP.
class ControlTest : public testing::Test {
 protected:
  using Json = nlohmann::json;

  void SetUp() override { start({}); }
  void start(Options options);

  http::ClientResponse send(http::ClientRequest request) const;
  http::ClientResponse get(std::string path, base::Headers headers = {}) const;
  /// To that command.
  http::ClientResponse post(const std::string& command, std::string body = {},
                            base::Headers headers = {}) const;
  http::ClientResponse remove(const std::string& command) const;
  static Json json_of(const http::ClientResponse& response);
  /// Obeyed, with what it answers.
  Json steer(const std::string& command, std::string body = {}) const;
  /// Of the key set as clients see it.
  Json published() const;
  Json keys(const std::string& verb, std::string body = {}) const;
  std::string token() const;
  Json verdict(const std::string& text) const;
  /// The status of an answer, or why there is none.
  std::string outcome(const std::string& path) const;

  std::unique_ptr<MockIdp> idp_;
};

}  // namespace idp
