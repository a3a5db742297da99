#include "harness/run/reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "common/base/socket.h"
#include "common/http/server.h"

namespace run {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Knocking kAtOnce{};

std::unique_ptr<http::Server> serving(http::Handler handler,
                                      const std::string& host = "127.0.0.1") {
  http::ServerOptions options;
  options.host = host;
  auto server = http::Server::start(std::move(handler), options);
  EXPECT_TRUE(server) << server.error().message;
  return std::move(*server);
}

http::Response redirect(int status, const std::string& location) {
  http::Response response = http::Response::text(status, "");
  response.headers.push_back({"Location", location});
  return response;
}

/// /mcp redirects to that place, where everything else answers like an endpoint.
std::unique_ptr<http::Server> redirecting(int status, const std::string& location,
                                          const std::string& metadata = "") {
  return serving([=](const http::Request& request) {
    if (request.path == "/mcp") return redirect(status, location);
    if (request.path.starts_with("/.well-known/")) {
      return metadata.empty() ? http::Response::text(404, "") : http::Response::json(200, metadata);
    }
    if (request.path == "/login") {
      http::Response page = http::Response::text(200, "<html></html>");
      base::set_header(page.headers, "Content-Type", "text/html");
      return page;
    }
    return http::Response::json(401, "{}");
  });
}

Reached reached(const http::Server& server, const Knocking& how = kAtOnce) {
  return reach(*base::parse_url(server.origin() + "/mcp"), how);
}

TEST(Reach, AnEndpointThatAnswersIsTakenAsItIs) {
  const auto server = serving([](const auto&) { return http::Response::json(401, "{}"); });
  const Reached place = reached(*server);
  EXPECT_EQ(place.url, server->origin() + "/mcp");
  EXPECT_THAT(place.notes, IsEmpty());
  EXPECT_EQ(place.problem, "");
}

TEST(Reach, ARedirectToAnotherPathIsFollowedOnceAndSaid) {
  for (const int status : {301, 302, 307, 308}) {
    const auto server = redirecting(status, "/mcp/");
    const Reached place = reached(*server);
    EXPECT_EQ(place.url, server->origin() + "/mcp") << "the name stays";
    EXPECT_EQ(place.moved.from, "/mcp");
    EXPECT_EQ(place.moved.to, "/mcp/");
    ASSERT_EQ(place.notes.size(), 1U);
    EXPECT_THAT(place.notes.front(), HasSubstr("redirects to " + server->origin() + "/mcp/"));
    EXPECT_EQ(place.notes.front().find("as GET") != std::string::npos, status < 307);
  }
}

TEST(Reach, AnEndpointThatCallsItselfByTheOtherPathIsTestedByThatName) {
  std::unique_ptr<http::Server> server;
  std::string origin;
  server = serving([&origin](const http::Request& request) {
    if (request.path == "/mcp") return redirect(307, "/mcp/");
    if (request.path.starts_with("/.well-known/")) {
      return http::Response::json(200, R"({"resource":")" + origin + R"(/mcp/"})");
    }
    return http::Response::json(401, "{}");
  });
  origin = server->origin();
  const Reached place = reached(*server);
  EXPECT_EQ(place.url, origin + "/mcp/");
  EXPECT_EQ(place.moved.from, "");
}

TEST(Reach, NoRedirectToAnotherHostAPageOrAnotherRedirectIsFollowed) {
  for (const char* location : {"http://other.example/mcp", "http://localhost:1/mcp", "/login",
                               "/mcp", "//other.example/mcp", "http://user@127.0.0.1/mcp", ""}) {
    const auto server = redirecting(307, location);
    const Reached place = reached(*server);
    EXPECT_EQ(place.moved.to, "") << location;
    EXPECT_EQ(place.url, server->origin() + "/mcp") << location;
    EXPECT_EQ(place.notes.size(), *location == 0 ? 0U : 1U) << location;
    for (const std::string& note : place.notes) EXPECT_THAT(note, HasSubstr("not followed"));
  }
}

TEST(Reach, AServerThatIsNotReadyIsWaitedFor) {
  for (const int status : {502, 503, 504}) {
    std::atomic<int> requests{0};
    const auto server = serving([&](const auto&) {
      return ++requests < 3 ? http::Response::text(status, "") : http::Response::json(401, "{}");
    });
    EXPECT_EQ(reached(*server, {.start_timeout = 60s}).problem, "");
    EXPECT_GE(requests, 3);
  }
}

TEST(Reach, AServerThatNeverGetsReadyIsGivenUp) {
  const auto server = serving([](const auto&) { return http::Response::text(503, ""); });
  EXPECT_THAT(reached(*server, {.start_timeout = 1ms}).problem,
              HasSubstr("answered 503 for 0 s: it is not ready"));
}

TEST(Reach, AnInterruptionEndsTheWaitForReadiness) {
  const auto server = serving([](const auto&) { return http::Response::text(503, ""); });
  const Knocking how{.start_timeout = 60s, .stop_requested = [] { return true; }};
  EXPECT_EQ(reached(*server, how).problem, "");
}

TEST(Reach, AServerOnIpv6OnlyIsFoundAndSaid) {
  if (!base::listen_tcp("::1", 0)) GTEST_SKIP() << "this machine has no IPv6";
  const auto server = serving([](const auto&) { return http::Response::json(401, "{}"); }, "::1");
  const std::string port = std::to_string(server->port());
  const Reached place = reach(*base::parse_url("http://127.0.0.1:" + port + "/mcp"), kAtOnce);
  EXPECT_EQ(place.url, "http://[::1]:" + port + "/mcp");
  EXPECT_THAT(place.notes, ElementsAre(HasSubstr("nothing listens on 127.0.0.1:" + port)));
}

TEST(Reach, WhatDoesNotAnswerIsLeftToTheSetUp) {
  auto bound = base::bind_tcp("127.0.0.1", 0);
  ASSERT_TRUE(bound) << bound.error().message;
  const std::string url = "http://127.0.0.1:" + std::to_string(base::local_port(*bound)) + "/mcp";
  const Reached place = reach(*base::parse_url(url), kAtOnce);
  EXPECT_EQ(place.url, url);
  EXPECT_EQ(place.problem, "");
}

}  // namespace
}  // namespace run
