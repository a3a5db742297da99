#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "common/base/socket.h"
#include "common/http/client.h"
#include "common/http/server.h"

namespace http {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using base::IoStatus;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kHandshake = 5s;

class TlsServerTest : public testing::Test {
 protected:
  std::unique_ptr<Server> serve(ServerOptions options = {}) const {
    options.tls = tls::Acceptor::create(tls_).value();
    auto server = Server::start(
        [](const Request& request) {
          Response response = Response::text(
              200, fmt::format("{} {} {} [{}]", request.encrypted ? "encrypted" : "plain",
                               request.target, tls::certificate_thumbprint(request.certificate),
                               request.body.size()));
          if (request.target == "/stream") {
            response.takeover = [](Stream& stream) {
              stream.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
              for (int i = 0; i < 3; ++i) stream.write(std::string(10'000, 'a'));
            };
          }
          if (request.target == "/reset") {
            response.takeover = [](Stream& stream) { stream.reset(); };
          }
          return response;
        },
        std::move(options));
    EXPECT_TRUE(server) << server.error().message;
    return std::move(*server);
  }

  base::Result<ClientResponse> get(const Server& server, const std::string& path = "/",
                                   std::string body = {}) const {
    return fetch({.method = body.empty() ? "GET" : "POST",
                  .url = server.origin() + path,
                  .body = std::move(body),
                  .tls = client_},
                 Deadline::after(kHandshake));
  }

  tls::Authority authority_ = tls::Authority::make().value();
  tls::ServerOptions tls_{.identity = authority_.server().value()};
  tls::Options client_{.ca = authority_.certificate()};
};

TEST_F(TlsServerTest, SpeaksHttps) {
  const auto server = serve();
  EXPECT_THAT(server->origin(), StartsWith("https://127.0.0.1:"));
  const auto response = get(*server, "/path");
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_THAT(response->body, StartsWith("encrypted /path "));
}

TEST_F(TlsServerTest, FetchTrustsOnlyTheGivenAuthority) {
  const auto server = serve();
  client_.ca = tls::Authority::make("another").value().certificate();
  const auto response = get(*server);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("not trusted"));
}

TEST_F(TlsServerTest, TakesBodiesOfManyRecords) {
  const auto server = serve();
  const auto response = get(*server, "/", std::string(300'000, 'b'));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_THAT(response->body, EndsWith("[300000]"));
}

TEST_F(TlsServerTest, AnswersPipelinedRequestsOfOneRecord) {
  const auto server = serve();
  const auto url = base::parse_url(server->origin()).value();
  const auto opened = tls::Connector(url, client_).open(Deadline::after(kHandshake));
  ASSERT_TRUE(opened.stream) << opened.text;
  opened.stream->write(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
      Deadline::after(kHandshake));
  std::string text;
  std::array<char, 4096> buffer{};
  std::size_t got = 0;
  while (opened.stream->read(buffer.data(), buffer.size(), Deadline::after(kHandshake), got) ==
         IoStatus::ok) {
    text.append(buffer.data(), got);
  }
  EXPECT_THAT(text, HasSubstr("encrypted /1"));
  EXPECT_THAT(text, HasSubstr("encrypted /2"));
}

TEST_F(TlsServerTest, EncryptsWhatAHandlerWritesItself) {
  const auto server = serve();
  const auto response = get(*server, "/stream");
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, std::string(30'000, 'a'));
}

TEST_F(TlsServerTest, SurvivesAHandlerThatResets) {
  const auto server = serve();
  EXPECT_FALSE(get(*server, "/reset"));
  EXPECT_TRUE(get(*server));
}

TEST_F(TlsServerTest, ShowsTheHandlerTheClientsCertificate) {
  tls_.client_certificate = tls::ServerOptions::ClientCertificate::optional;
  client_.certificate = authority_.client("alice").value();
  const std::string thumbprint =
      tls::certificate_thumbprint(tls::certificate_der(client_.certificate.certificate));
  const auto server = serve();
  const auto response = get(*server);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_THAT(response->body, HasSubstr(thumbprint));
}

TEST_F(TlsServerTest, ServesOthersWhileAHandshakeDoesNotCome) {
  const auto server = serve();
  const auto silent = base::connect_tcp("127.0.0.1", server->port(), Deadline::after(kHandshake));
  ASSERT_TRUE(silent);
  EXPECT_TRUE(get(*server));
}

TEST_F(TlsServerTest, EndsAHandshakeThatTakesTooLong) {
  const auto server = serve({.request_timeout = 50ms});
  const auto silent = base::connect_tcp("127.0.0.1", server->port(), Deadline::after(kHandshake));
  ASSERT_TRUE(silent);
  char byte = 0;
  std::size_t got = 0;
  EXPECT_EQ(base::read_some(silent->get(), &byte, 1, Deadline::after(kHandshake), got),
            IoStatus::closed);
}

TEST_F(TlsServerTest, StopsWhileAHandshakeIsUnderWay) {
  const auto server = serve();
  const auto silent = base::connect_tcp("127.0.0.1", server->port(), Deadline::after(kHandshake));
  ASSERT_TRUE(silent);
  EXPECT_TRUE(get(*server));
  server->stop();
}

TEST_F(TlsServerTest, DoesNotServePlainHttp) {
  const auto server = serve();
  const auto response = fetch({.url = fmt::format("http://127.0.0.1:{}/", server->port())},
                              Deadline::after(kHandshake));
  EXPECT_FALSE(response);
}

TEST_F(TlsServerTest, ServesPlainHttpWhereItIsToldTo) {
  const auto server = serve({.plain_too = true});
  const auto response = fetch({.url = fmt::format("http://127.0.0.1:{}/", server->port())},
                              Deadline::after(kHandshake));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_THAT(response->body, StartsWith("plain / "));
  EXPECT_TRUE(get(*server));
}

TEST_F(TlsServerTest, ServesManyClientsAtOnce) {
  const auto server = serve();
  std::vector<std::thread> clients;
  std::atomic<int> served{0};
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 5; ++j) served += get(*server) ? 1 : 0;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(served, 80);
}

}  // namespace
}  // namespace http
