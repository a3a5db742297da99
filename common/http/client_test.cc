#include "common/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/server.h"
#include "common/tls/test_certificate.h"
#include "common/tls/test_server.h"

namespace http {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using testing::EndsWith;
using testing::HasSubstr;
using tls::TestPeer;
using tls::TestServer;

base::Result<ClientResponse> get(const std::string& url, std::chrono::milliseconds span = 5s,
                                 std::size_t max_body = 100) {
  return fetch({.url = url}, Deadline::after(span), max_body);
}

TestServer::Script answer(std::string bytes) {
  return [bytes = std::move(bytes)](TestPeer& peer) {
    peer.read_head();
    peer.send(bytes);
  };
}

/// The error that a fetch from such a server ends with.
std::string error_of(const TestServer::Script& script, std::chrono::milliseconds span = 5s) {
  const TestServer server(script);
  const auto response = get(server.url(), span);
  return response ? "no error" : response.error().message;
}

TEST(Fetch, SendsMethodTargetHeadersAndBody) {
  const auto server = Server::start([](const Request& request) {
    return Response::text(201, request.method + " " + request.target + " " +
                                   *request.header("x-key") + " " + request.body);
  });
  const auto response = fetch({.method = "POST",
                               .url = (*server)->origin() + "/token?a=%20",
                               .headers = {{"X-Key", "a%2Eb"}},
                               .body = "grant_type=x"},
                              Deadline::after(5s));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "POST /token?a=%20 a%2Eb grant_type=x");
  EXPECT_EQ(*base::find_header(response->headers, "content-type"), "text/plain; charset=utf-8");
}

TEST(Fetch, PutsChunksTogetherAndSkipsInterimResponses) {
  const TestServer server(
      answer("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
             "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"));
  const auto response = get(server.url());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "abcd");
}

TEST(Fetch, TakesABodyThatEndsWithTheConnection) {
  const TestServer server(answer("HTTP/1.1 200 OK\r\n\r\nabc"));
  EXPECT_EQ(get(server.url())->body, "abc");
}

TEST(Fetch, DoesNotFollowRedirects) {
  const TestServer server(
      answer("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(get(server.url())->status, 302);
  EXPECT_EQ(server.connections(), 1);
}

TEST(Fetch, ExpectsNoBodyOfHead) {
  const TestServer server(answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"));
  const auto response = fetch({.method = "HEAD", .url = server.url()}, Deadline::after(5s));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "");
}

TEST(Fetch, SaysWhatWentWrong) {
  EXPECT_THAT(error_of(answer("")), EndsWith(": the connection was closed without an answer"));
  EXPECT_THAT(error_of(answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")),
              EndsWith(": the connection was closed within the answer"));
  EXPECT_THAT(error_of(answer("SSH-2.0-OpenSSH_9.2\r\n")), HasSubstr(": the answer is not HTTP"));
  EXPECT_THAT(error_of(answer("HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x'))),
              EndsWith(": the answer is too large"));
  EXPECT_THAT(error_of(answer("HTTP/1.1 200 OK\r\na: " + std::string(70'000, 'x'))),
              HasSubstr("head"));
  EXPECT_THAT(error_of([](TestPeer& peer) {
                peer.read_head();
                peer.reset();
              }),
              EndsWith(": the connection was reset"));
}

TEST(Fetch, KeepsItsDeadlineThoughTheServerTrickles) {
  EXPECT_THAT(error_of(
                  [](TestPeer& peer) {
                    peer.read_head();
                    peer.send("HTTP/1.1 200 OK\r\n\r\n");
                    while (peer.pause(5ms) && peer.send("x")) {
                    }
                  },
                  60ms),
              EndsWith(": no complete answer in time"));
}

TEST(Fetch, RefusesWhatIsNoUrlAndHeadersWithLineBreaks) {
  EXPECT_FALSE(get("ftp://h/"));
  EXPECT_FALSE(get("/x"));
  const auto response =
      fetch({.url = "http://127.0.0.1:1/", .headers = {{"a", "b\r\nc: d"}}}, Deadline::after(5s));
  EXPECT_THAT(response.error().message, HasSubstr("line break"));
}

TEST(Fetch, TrustsTheSystemsCertificatesOnly) {
  const tls::TestCertificate certificate;
  const TestServer server(certificate.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  const auto response = get(server.url("/", "https"));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("not trusted"));
}

}  // namespace
}  // namespace http
