#include "harness/wire/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "common/tls/test_certificate.h"
#include "common/tls/test_server.h"

namespace wire {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using testing::HasSubstr;
using testing::StartsWith;
using tls::TestPeer;
using tls::TestServer;

constexpr auto kAmple = 5s;
constexpr std::string_view kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

Connection connect_to(const TestServer& server, Limits limits = {}) {
  return Connection(base::parse_url(server.url()).value(), {}, limits);
}

Exchange ask(Connection& connection, std::chrono::milliseconds span = kAmple,
             const Request& request = {}, const Enough& enough = {}) {
  return connection.exchange(request, Deadline::after(span), enough);
}

/// What one exchange makes of a server that reads a head and then sends these bytes and closes.
Exchange answered_with(std::string bytes, Limits limits = {}, const Request& request = {}) {
  const TestServer server([&](TestPeer& peer) {
    peer.read_head();
    peer.send(bytes);
  });
  Connection connection = connect_to(server, limits);
  return ask(connection, kAmple, request);
}

/// Answers every request of every client with these bytes.
TestServer::Script always(std::string_view bytes) {
  return [bytes](TestPeer& peer) {
    while (!peer.read_head().empty() && peer.send(bytes)) {
    }
  };
}

TEST(Connection, RecordsBytesHeadersAndTimesOfAnExchange) {
  const Exchange exchange = answered_with(std::string(kHello), {}, {.target = "/mcp?a=%2e"});
  EXPECT_EQ(exchange.failure, Failure::none) << exchange.failure_text;
  EXPECT_EQ(exchange.failure_text, "");
  EXPECT_THAT(exchange.url, testing::EndsWith("/mcp?a=%2e"));
  EXPECT_THAT(exchange.raw_request, StartsWith("GET /mcp?a=%2e HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_EQ(exchange.raw_response, kHello);
  ASSERT_TRUE(exchange.response);
  EXPECT_EQ(exchange.status(), 200);
  EXPECT_EQ(exchange.response->body, "hello");
  EXPECT_TRUE(exchange.response->complete);
  EXPECT_FALSE(exchange.reused_connection);
  EXPECT_LE(exchange.sent_us, exchange.first_byte_us);
  EXPECT_LE(exchange.first_byte_us, exchange.done_us);
}

TEST(Connection, KeepsTheConnectionWhereTheServerAllowsIt) {
  const TestServer server(always(kHello));
  Connection connection = connect_to(server);
  EXPECT_FALSE(ask(connection).reused_connection);
  EXPECT_TRUE(ask(connection).reused_connection);
  EXPECT_EQ(server.connections(), 1);
  connection.close();
  EXPECT_FALSE(ask(connection).reused_connection);
  EXPECT_EQ(server.connections(), 2);
}

TEST(Connection, OpensAnotherOneAfterConnectionCloseOfEitherSide) {
  const TestServer closing(
      always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
  Connection first = connect_to(closing);
  ask(first);
  EXPECT_FALSE(ask(first).reused_connection);

  const TestServer keeping(always(kHello));
  Connection second = connect_to(keeping);
  ask(second, kAmple, {.headers = {{"connection", "Close"}}});
  EXPECT_FALSE(ask(second).reused_connection);
}

TEST(Connection, NoticesAConnectionThatTheServerClosedMeanwhile) {
  const TestServer server([](TestPeer& peer) {
    peer.read_head();
    peer.send(kHello);
  });
  Connection connection = connect_to(server);
  for (int i = 0; i < 3; ++i) {
    const Exchange exchange = ask(connection);
    EXPECT_EQ(exchange.status(), 200) << exchange.failure_text;
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST(Connection, SendsAgainWhenAReusedConnectionBringsNothing) {
  bool first = true;
  const TestServer server([&](TestPeer& peer) {
    peer.read_head();
    peer.send(kHello);
    if (std::exchange(first, false)) peer.read_head();  // and closes without a word
  });
  Connection connection = connect_to(server);
  ask(connection);
  const Exchange exchange = ask(connection);
  EXPECT_EQ(exchange.status(), 200) << exchange.failure_text;
  EXPECT_EQ(exchange.failure, Failure::none);
  EXPECT_FALSE(exchange.reused_connection);
  EXPECT_EQ(server.connections(), 2);
}

TEST(Connection, NeverSendsAgainOnAFreshConnection) {
  const TestServer server([](TestPeer& peer) { peer.read_head(); });
  Connection connection = connect_to(server);
  const Exchange exchange = ask(connection);
  EXPECT_EQ(exchange.failure, Failure::closed);
  EXPECT_EQ(exchange.failure_text, "the server closed the connection without an answer");
  EXPECT_EQ(server.connections(), 1);
}

TEST(Connection, NeverSendsAgainOnceAByteCame) {
  bool first = true;
  const TestServer server([&](TestPeer& peer) {
    peer.read_head();
    peer.send(kHello);
    peer.read_head();
    if (std::exchange(first, false)) peer.send("H");
  });
  Connection connection = connect_to(server);
  ask(connection);
  const Exchange exchange = ask(connection);
  EXPECT_EQ(exchange.failure, Failure::closed);
  EXPECT_EQ(exchange.failure_text,
            "the server closed the connection within the head of its answer");
  EXPECT_EQ(server.connections(), 1);
}

TEST(Connection, SaysThatNothingListens) {
  const auto listener = base::listen_tcp("127.0.0.1", 0);
  shutdown(listener->get(), SHUT_RD);
  const std::string origin = "http://127.0.0.1:" + std::to_string(base::local_port(*listener));
  Connection connection(base::parse_url(origin).value());
  const Exchange exchange = ask(connection);
  EXPECT_EQ(exchange.failure, Failure::refused);
  EXPECT_THAT(exchange.failure_text, StartsWith("nothing listens on 127.0.0.1:"));
  EXPECT_FALSE(exchange.response);
  EXPECT_EQ(exchange.status(), 0);
}

TEST(Connection, SaysThatAHostIsUnknown) {
  Connection connection(base::parse_url("http://no-such-host.invalid/").value());
  EXPECT_EQ(ask(connection).failure, Failure::unreachable);
}

TEST(Connection, GivesUpOnAServerThatNeverAnswers) {
  const TestServer server([](TestPeer& peer) { peer.wait_for_close(); });
  Connection connection = connect_to(server);
  const Exchange exchange = ask(connection, 30ms);
  EXPECT_EQ(exchange.failure, Failure::timeout);
  EXPECT_EQ(exchange.failure_text, "no answer within 30 ms");
  EXPECT_GE(exchange.done_us - exchange.sent_us, 25'000);
}

TEST(Connection, GivesUpOnAServerThatTrickles) {
  const TestServer server([](TestPeer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.pause(5ms) && peer.send("x")) {
    }
  });
  Connection connection = connect_to(server);
  const Exchange exchange = ask(connection, 60ms);
  EXPECT_EQ(exchange.failure, Failure::timeout);
  EXPECT_EQ(exchange.failure_text, "no complete answer within 60 ms");
  ASSERT_TRUE(exchange.response);
  EXPECT_FALSE(exchange.response->complete);
  EXPECT_LT(exchange.done_us - exchange.sent_us, 2'000'000);
}

TEST(Connection, GivesUpOnAServerThatNeverReads) {
  std::promise<void> given_up;
  const TestServer server([&](TestPeer&) { given_up.get_future().wait_for(kAmple); });
  Connection connection = connect_to(server);
  const Exchange exchange =
      ask(connection, 50ms, {.method = "POST", .body = std::string(16UL << 20, 'x')});
  given_up.set_value();
  EXPECT_EQ(exchange.failure, Failure::timeout);
  EXPECT_EQ(exchange.raw_request.size(), Limits{}.max_raw_bytes);
}

TEST(Connection, TakesTheAnswerOfAServerThatDoesNotReadItAll) {
  std::promise<void> answered;
  const TestServer server([&](TestPeer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    answered.get_future().wait_for(kAmple);
  });
  Connection connection = connect_to(server);
  const Exchange exchange =
      ask(connection, kAmple, {.method = "POST", .body = std::string(16UL << 20, 'x')});
  answered.set_value();
  EXPECT_EQ(exchange.status(), 413) << exchange.failure_text;
}

TEST(Connection, TellsAResetFromAClose) {
  const TestServer server([](TestPeer& peer) {
    peer.read_head();
    peer.reset();
  });
  Connection connection = connect_to(server);
  const Exchange exchange = ask(connection);
  EXPECT_EQ(exchange.failure, Failure::reset);
  EXPECT_EQ(exchange.failure_text, "the server reset the connection without an answer");
}

TEST(Connection, SaysThatTheBodyWasCutOff) {
  const Exchange exchange = answered_with("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  EXPECT_EQ(exchange.failure, Failure::closed);
  EXPECT_EQ(exchange.failure_text,
            "the server closed the connection within the body of its answer");
  ASSERT_TRUE(exchange.response);
  EXPECT_EQ(exchange.response->body, "abc");
  EXPECT_FALSE(exchange.response->complete);
}

TEST(Connection, QuotesWhatIsNotHttp) {
  const Exchange exchange = answered_with("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_EQ(exchange.failure, Failure::not_http);
  EXPECT_THAT(exchange.failure_text, HasSubstr("\"SSH-2.0-OpenSSH_9.2..\""));
  EXPECT_FALSE(exchange.response);
}

TEST(Connection, BoundsHeadBodyAndRawBytes) {
  const Limits limits{.max_head_bytes = 300, .max_body_bytes = 100, .max_raw_bytes = 50};
  const Exchange head =
      answered_with("HTTP/1.1 200 OK\r\na: " + std::string(400, 'x') + "\r\n\r\n", limits);
  EXPECT_EQ(head.failure, Failure::too_large);
  EXPECT_EQ(head.failure_text, "the answer's head is larger than 300 bytes");
  EXPECT_FALSE(head.response);
  EXPECT_EQ(head.raw_response.size(), 50U);

  const Exchange body = answered_with(
      "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'), limits);
  EXPECT_EQ(body.failure, Failure::too_large);
  EXPECT_EQ(body.failure_text, "the answer's body is larger than 100 bytes");
  ASSERT_TRUE(body.response);
  EXPECT_EQ(body.response->body.size(), 100U);
}

TEST(Connection, EndsAStreamWhenEnoughHasCome) {
  const TestServer server([](TestPeer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    peer.send("data: 1\n\n");
    peer.wait_for_close();
  });
  Connection connection = connect_to(server);
  const Exchange exchange = ask(connection, kAmple, {}, [](const Response& response) {
    return response.body.find("\n\n") != std::string::npos;
  });
  EXPECT_EQ(exchange.failure, Failure::none) << exchange.failure_text;
  ASSERT_TRUE(exchange.response);
  EXPECT_EQ(exchange.response->body, "data: 1\n\n");
  EXPECT_FALSE(exchange.response->complete);
  EXPECT_FALSE(ask(connection, 30ms).reused_connection);
}

TEST(Connection, ASecondAnswerIsNotTakenForThatToTheNextRequest) {
  const TestServer server(
      always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 No\r\n\r\n"));
  Connection connection = connect_to(server);
  EXPECT_EQ(ask(connection).status(), 200);
  const Exchange second = ask(connection);
  EXPECT_EQ(second.status(), 200);
  EXPECT_FALSE(second.reused_connection);
}

TEST(Connection, SendsRawBytesAndAnyByteOfAHeader) {
  std::string seen;
  const TestServer server([&](TestPeer& peer) {
    seen = peer.read_until("END");
    peer.send(kHello);
  });
  Connection connection = connect_to(server);
  const std::string raw("HEAD \0\r\xff\nEND", 12);
  EXPECT_EQ(ask(connection, kAmple, {.raw = raw}).status(), 200);
  EXPECT_EQ(seen, raw);
  const std::string value("a\0\rEND", 6);
  ask(connection, kAmple, {.headers = {{"X", value}}});
  connection.close();
  EXPECT_THAT(seen, testing::EndsWith("\r\nX: " + value));
}

TEST(Connection, SpeaksTls) {
  const tls::TestCertificate certificate;
  const TestServer server(certificate.answering(std::string(kHello)));
  Connection connection(base::parse_url(server.url("/", "https")).value(),
                        {.ca_file = certificate.path()});
  EXPECT_EQ(ask(connection).status(), 200);
  const Exchange second = ask(connection);
  EXPECT_EQ(second.status(), 200) << second.failure_text;
  EXPECT_TRUE(second.reused_connection);
  ASSERT_TRUE(second.tls);
  EXPECT_EQ(second.tls->version, "TLSv1.3");
  EXPECT_EQ(second.tls->problem, "");
}

TEST(Connection, SaysThatACertificateIsNotTrusted) {
  const tls::TestCertificate certificate;
  const TestServer server(certificate.answering(std::string(kHello)));
  Connection connection(base::parse_url(server.url("/", "https")).value());
  const Exchange exchange = ask(connection);
  EXPECT_EQ(exchange.failure, Failure::tls);
  EXPECT_THAT(exchange.failure_text, HasSubstr("not trusted"));
}

}  // namespace
}  // namespace wire
