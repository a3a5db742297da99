#include "common/http/server.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <future>
#include <mutex>
#include <stdexcept>

#include "common/base/socket.h"

namespace http {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using base::IoStatus;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kAmple = 5s;
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/// A client that sees bytes.
class Client {
 public:
  explicit Client(const Server& server)
      : socket_(std::move(base::connect_tcp("127.0.0.1", server.port(), limit_).value())) {}

  bool send(std::string_view bytes) {
    return base::write_all(socket_.get(), bytes, limit_) == IoStatus::ok;
  }
  /// Up to and with `mark`, or all there is until the server closes.
  std::string read_until(std::string_view mark) {
    std::string text;
    char byte = 0;
    std::size_t got = 0;
    while (text.size() < mark.size() || text.substr(text.size() - mark.size()) != mark) {
      end_ = base::read_some(socket_.get(), &byte, 1, limit_, got);
      if (end_ != IoStatus::ok) break;
      text += byte;
    }
    return text;
  }
  std::string read_all() {
    std::string text;
    std::array<char, 4096> buffer{};
    std::size_t got = 0;
    while ((end_ = base::read_some(socket_.get(), buffer.data(), buffer.size(), limit_, got)) ==
           IoStatus::ok) {
      text.append(buffer.data(), got);
    }
    return text;
  }
  IoStatus end() const { return end_; }
  void close() { socket_.reset(); }

 private:
  Deadline limit_ = Deadline::after(kAmple);
  base::Descriptor socket_;
  IoStatus end_ = IoStatus::ok;
};

Response describe(const Request& request) {
  return Response::text(200, fmt::format("{} {} {} {} [{}]", request.connection, request.peer,
                                         request.method, request.target, request.body));
}

std::unique_ptr<Server> serve(Handler handler = describe, ServerOptions options = {}) {
  auto server = Server::start(std::move(handler), std::move(options));
  EXPECT_TRUE(server) << server.error().message;
  return std::move(*server);
}

/// Everything that the server says to these bytes, until it closes.
std::string answer_to(const Server& server, std::string_view bytes) {
  Client client(server);
  client.send(bytes);
  return client.read_all();
}

TEST(Server, AnswersManyRequestsOnOneConnection) {
  const auto server = serve();
  Client client(*server);
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    EXPECT_THAT(client.read_until("]"), EndsWith("\r\n\r\n1 127.0.0.1 GET / []"));
  }
  Client other(*server);
  other.send(kGet);
  EXPECT_THAT(other.read_until("]"), EndsWith("2 127.0.0.1 GET / []"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  const auto server = serve();
  const std::string answer =
      answer_to(*server,
                "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
                "\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, testing::ContainsRegex("POST /1 \\[ab\\]HTTP/1.1 200 OK"));
  EXPECT_THAT(answer, EndsWith("GET /2 []"));
}

TEST(Server, ClosesAfterHttp10UnlessAskedToStay) {
  const auto server = serve();
  EXPECT_THAT(answer_to(*server, "GET / HTTP/1.0\r\n\r\n"), HasSubstr("\r\nConnection: close\r\n"));
  Client client(*server);
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(client.read_until("]"), HasSubstr("\r\nConnection: keep-alive\r\n"));
  client.send("GET /2 HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_all(), EndsWith("GET /2 []"));
}

TEST(Server, ClosesWhenTheHandlerSaysSo) {
  const auto server = serve([](const Request&) {
    return Response{.headers = {{"connection", "Close"}}};
  });
  EXPECT_THAT(answer_to(*server, kGet), HasSubstr("connection: Close\r\n"));
}

TEST(Server, HandsHeadAndOptionsToTheHandler) {
  const auto server = serve();
  EXPECT_THAT(answer_to(*server, "HEAD / HTTP/1.0\r\n\r\n"),
              testing::AllOf(HasSubstr("Content-Length: 21\r\n"), EndsWith("\r\n\r\n")));
  EXPECT_THAT(answer_to(*server, "OPTIONS * HTTP/1.0\r\n\r\n"), EndsWith("OPTIONS * []"));
}

TEST(Server, TellsAClientThatWaitsToContinue) {
  const auto server = serve();
  Client client(*server);
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  EXPECT_THAT(client.read_until("]"), EndsWith("[ab]"));
}

TEST(Server, RefusesAClientOverTheLimitsAndCloses) {
  const auto server = serve(describe, {.max_header_bytes = 2000, .max_body_bytes = 10});
  EXPECT_THAT(answer_to(*server, "GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to(*server, "GET / HTTP/1.1\r\nHost: " + std::string(3000, 'h')),
              StartsWith("HTTP/1.1 431 "));
  // The answer arrives although the client never stops to send: 413 comes before a reset.
  EXPECT_THAT(answer_to(*server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" +
                                     std::string(100000, 'x')),
              testing::AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("Connection: close\r\n")));
}

TEST(Server, RefusesASlowRequestWith408) {
  const auto server = serve(describe, {.request_timeout = 30ms});
  EXPECT_THAT(answer_to(*server, "GET / HT"), StartsWith("HTTP/1.1 408 "));
}

TEST(Server, ClosesAnIdleConnectionWithoutAWord) {
  const auto server = serve(describe, {.idle_timeout = 30ms});
  EXPECT_EQ(answer_to(*server, ""), "");
}

TEST(Server, TurnsAwayMoreConnectionsThanItMayHave) {
  const auto server = serve(describe, {.max_connections = 1});
  Client first(*server);
  first.send(kGet);
  first.read_until("]");
  EXPECT_THAT(answer_to(*server, kGet), StartsWith("HTTP/1.1 503 "));
  first.close();
  std::string answer;
  const Deadline deadline = Deadline::after(kAmple);
  while (answer.find("200 OK") == std::string::npos && !deadline.passed()) {
    answer = answer_to(*server, "GET / HTTP/1.0\r\n\r\n");
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST(Server, SaysNothingAboutAHandlerThatThrows) {
  const auto server =
      serve([](const Request&) -> Response { throw std::runtime_error("the password is x"); });
  const std::string answer = answer_to(*server, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, testing::Not(HasSubstr("password")));
}

TEST(Server, DatesAnswersByItsClock) {
  base::AdjustableClock clock;
  clock.freeze(base::Time{});
  const auto server = serve(describe, {.clock = &clock});
  EXPECT_THAT(answer_to(*server, "GET / HTTP/1.0\r\n\r\n"),
              HasSubstr("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"));
}

TEST(Server, NamesAnAddressThatIsTaken) {
  const auto server = serve();
  const auto second = Server::start(describe, {.port = server->port()});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, StartsWith(fmt::format("127.0.0.1:{}: ", server->port())));
  EXPECT_EQ(server->origin(), fmt::format("http://127.0.0.1:{}", server->port()));
}

TEST(Takeover, WritesWhateverItLikes) {
  const auto server = serve([](const Request&) {
    return Response{.takeover = [](Stream& stream) { stream.write("not even HTTP"); }};
  });
  EXPECT_EQ(answer_to(*server, kGet), "not even HTTP");
}

TEST(Takeover, ResetsTheConnection) {
  const auto server = serve([](const Request&) {
    return Response{.takeover = [](Stream& stream) {
      stream.write("half");
      stream.reset();
      EXPECT_FALSE(stream.write("more"));
      EXPECT_FALSE(stream.wait(1ms));
    }};
  });
  Client client(*server);
  client.send(kGet);
  client.read_all();
  EXPECT_EQ(client.end(), IoStatus::reset);
}

TEST(Takeover, WaitEndsWithTheSpanOrTheClient) {
  std::promise<bool> whole_span;
  std::promise<bool> client_gone;
  const auto server = serve([&](const Request&) {
    return Response{.takeover = [&](Stream& stream) {
      whole_span.set_value(stream.wait(1ms));
      stream.write("now");
      client_gone.set_value(stream.wait(kAmple));
    }};
  });
  Client client(*server);
  client.send(kGet);
  EXPECT_EQ(client.read_until("now"), "now");
  client.close();
  EXPECT_TRUE(whole_span.get_future().get());
  EXPECT_FALSE(client_gone.get_future().get());
}

TEST(Takeover, ReadsWhatFollowsTheRequestAndWhatComesLater) {
  const auto server = serve([&](const Request&) {
    return Response{.takeover = [&](Stream& stream) {
      std::string bytes;
      while (bytes.find('!') == std::string::npos && stream.read(bytes, kAmple)) {
        stream.write("got " + bytes + ";");
      }
      EXPECT_FALSE(stream.read(bytes, 1ms));
    }};
  });
  Client client(*server);
  client.send(std::string(kGet) + "one");
  EXPECT_EQ(client.read_until(";"), "got one;");
  client.send("!");
  EXPECT_EQ(client.read_until("got one!;"), "got one!;");
}

TEST(Stop, EndsIdleClientsHalfRequestsAndStreamsAtOnce) {
  std::promise<void> streaming;
  const auto server = serve([&](const Request&) {
    return Response{.takeover = [&](Stream& stream) {
      streaming.set_value();
      EXPECT_FALSE(stream.wait(60s));
      EXPECT_FALSE(stream.write("too late"));
    }};
  });
  const Client idle(*server);
  Client half(*server);
  half.send("GET / HT");
  Client stream(*server);
  stream.send(kGet);
  streaming.get_future().wait();
  const auto start = std::chrono::steady_clock::now();
  server->stop();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST(Stop, LetsAnAnswerEnd) {
  std::promise<void> begun;
  std::promise<void> go_on;
  const auto server = serve([&](const Request& request) {
    begun.set_value();
    go_on.get_future().wait();
    return describe(request);
  });
  Client idle(*server);
  Client client(*server);
  client.send(kGet);
  begun.get_future().wait();
  std::thread stopper([&] { server->stop(); });
  // That the idle client is sent away shows that the stop is under way.
  idle.read_all();
  go_on.set_value();
  EXPECT_THAT(client.read_all(), EndsWith("GET / []"));
  stopper.join();
}

TEST(Stop, CutsAClientOffThatDoesNotRead) {
  std::promise<void> writing;
  const auto server = serve([&](const Request&) {
    writing.set_value();
    return Response::text(200, std::string(64UL << 20, 'x'));
  });
  Client client(*server);
  client.send(kGet);
  writing.get_future().wait();
  server->stop();
}

TEST(Server, ServesManyClientsAtOnce) {
  const auto server = serve();
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int connection = 0; connection < 4; ++connection) {
        Client client(*server);
        for (int request = 0; request < 10; ++request) {
          client.send(kGet);
          EXPECT_THAT(client.read_until("]"), EndsWith("GET / []"));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Port, ThatIsClosedRefusesAndIsTheSameWhenItIsOpenedAgain) {
  const auto server = Server::start([](const Request&) { return Response::text(200, "here"); });
  ASSERT_TRUE(server);
  Client before(**server);
  (*server)->close_port();
  EXPECT_EQ(before.read_all(), "");
  IoStatus status{};
  EXPECT_FALSE(base::connect_tcp("127.0.0.1", (*server)->port(), Deadline::after(kAmple), &status));
  EXPECT_EQ(status, IoStatus::reset);
  ASSERT_TRUE((*server)->open_port());
  Client after(**server);
  after.send(kGet);
  EXPECT_THAT(after.read_until("here"), EndsWith("here"));
}

TEST(Port, MayBeClosedWhenTheServerStops) {
  const auto server = Server::start([](const Request&) { return Response::text(200, "here"); });
  ASSERT_TRUE(server);
  (*server)->close_port();
  (*server)->stop();
}

}  // namespace
}  // namespace http
