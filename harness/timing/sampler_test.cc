#include "harness/timing/sampler.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "common/base/socket.h"
#include "harness/timing/gate.h"

namespace timing {
namespace {

using namespace std::chrono_literals;

/// How the server of a test answers a request; an empty answer closes the connection.
using Respond = std::function<std::string(const std::string& request, std::size_t on_connection)>;

/// Requests of the tests end at an empty line and have no body.
class TinyServer {
 public:
  explicit TinyServer(Respond respond) : respond_(std::move(respond)) {
    listener_ = base::listen_tcp("127.0.0.1", 0).value();
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  Endpoint endpoint() const { return {"127.0.0.1", base::local_port(listener_)}; }
  int connections() const { return connections_; }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto soon = base::Deadline::after(20ms);
      if (base::wait_readable(listener_.get(), soon) != base::IoStatus::ok) continue;
      const base::Descriptor peer(accept(listener_.get(), nullptr, nullptr));
      ++connections_;
      converse(peer, stop);
    }
  }

  void converse(const base::Descriptor& peer, const std::stop_token& stop) {
    std::string request;
    for (std::size_t answered = 0; !stop.stop_requested();) {
      if (base::wait_readable(peer.get(), base::Deadline::after(20ms)) != base::IoStatus::ok) {
        // The next connection is waiting: the client has forgotten this one.
        if (base::wait_readable(listener_.get(), base::Deadline::after(0ms)) ==
            base::IoStatus::ok) {
          return;
        }
        continue;
      }
      char bytes[4096];
      const ssize_t got = recv(peer.get(), bytes, sizeof bytes, 0);
      if (got <= 0) return;
      request.append(bytes, static_cast<std::size_t>(got));
      if (!request.ends_with("\r\n\r\n")) continue;
      const std::string answer = respond_(request, answered++);
      request.clear();
      if (answer.empty()) return;
      base::write_all(peer.get(), answer, base::Deadline::after(1s));
      if (answer.find("Connection: close") != std::string::npos) return;
    }
  }

  Respond respond_;
  base::Descriptor listener_;
  std::atomic<int> connections_{0};
  std::jthread thread_;
};

std::string refusal(std::string_view body = "no", std::string_view status = "401 Unauthorized",
                    std::string_view field = "X: y") {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(field) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

Pools pools() {
  return make_pools([] { return "GET / HTTP/1.1\r\nKey: decoy\r\n\r\n"; },
                    [] { return "GET / HTTP/1.1\r\nKey: nears\r\n\r\n"; }, 16);
}

bool is_near(const std::string& request) { return request.find("nears") != std::string::npos; }

SamplerOptions hasty() {
  return {.warm_up_pairs = 20, .warm_up_cap = 10s, .patience = 2s, .connect_patience = 2s};
}

struct Drawn {
  Draw draw;
  std::vector<Pair> pairs;
};

Drawn draw_from(const TinyServer& server, std::size_t count, std::chrono::milliseconds span = 10s,
                const SamplerOptions& options = hasty()) {
  auto source = open_sampler(server.endpoint(), pools(), 1, options);
  Drawn drawn;
  if (!source) {
    ADD_FAILURE() << source.error().message;
    return drawn;
  }
  drawn.draw = (*source)->draw(count, base::Deadline::after(span), drawn.pairs);
  return drawn;
}

/// Longer than anything else that happens between two packets.
void dawdle(std::chrono::microseconds span) {
  const auto until = std::chrono::steady_clock::now() + span;
  while (std::chrono::steady_clock::now() < until) {
  }
}

TEST(Sampler, MeasuresEachClassByItself) {
  const TinyServer server([](const std::string& request, std::size_t) {
    if (is_near(request)) dawdle(2ms);
    return refusal();
  });
  const auto [draw, pairs] = draw_from(server, 50);
  EXPECT_EQ(draw.halt, Halt::none);
  EXPECT_EQ(draw.dropped, 0U);
  ASSERT_EQ(pairs.size(), 50U);
  for (const auto& pair : pairs) EXPECT_GE(pair.near_ns, 2'000'000);
  EXPECT_GT(quantile(sorted_differences(pairs), 0.5), 1'000'000);
  EXPECT_EQ(server.connections(), 1);
}

TEST(Sampler, ThrowsAFairCoinForEachPair) {
  std::vector<bool> order;
  {
    const TinyServer server([&order](const std::string& request, std::size_t) {
      order.push_back(is_near(request));
      return refusal();
    });
    draw_from(server, 400, 10s, {.warm_up_pairs = 0});
  }
  ASSERT_EQ(order.size(), 800U);
  int near_first = 0;
  for (std::size_t i = 0; i < order.size(); i += 2) {
    EXPECT_NE(order[i], order[i + 1]) << "one of each class";
    near_first += order[i] ? 1 : 0;
  }
  EXPECT_NEAR(near_first, 200, 50);
}

TEST(Sampler, GoesOnWhereTheServerClosesAfterSomeAnswers) {
  for (const std::size_t limit : {1U, 2U, 5U}) {
    const TinyServer server([limit](const std::string&, std::size_t on_connection) {
      return on_connection + 1 < limit
                 ? refusal()
                 : refusal("no", "401 Unauthorized", "X: y\r\nConnection: close");
    });
    const auto [draw, pairs] = draw_from(server, 100);
    EXPECT_EQ(draw.halt, Halt::none) << limit << ": " << draw.reason;
    EXPECT_EQ(draw.dropped, 0U) << limit;
    EXPECT_EQ(pairs.size(), 100U) << limit;
  }
}

TEST(Sampler, LearnsOfClosesThatNobodyAnnounced) {
  const TinyServer server([](const std::string&, std::size_t on_connection) {
    return on_connection < 7 ? refusal() : "";
  });
  const auto [draw, pairs] = draw_from(server, 100);
  EXPECT_EQ(draw.halt, Halt::none) << draw.reason;
  EXPECT_EQ(draw.dropped, 0U) << "the warm-up has found out";
  EXPECT_EQ(pairs.size(), 100U);
}

TEST(Sampler, DropsAWholePairWhereAnAnswerDoesNotCome) {
  const TinyServer server([answers = 0](const std::string&, std::size_t) mutable {
    return ++answers == 101 ? "HTTP/1.1 401 U\r\nContent-Length: 9\r\n\r\nshort" : refusal();
  });
  auto options = hasty();
  options.patience = 500ms;
  const auto [draw, pairs] = draw_from(server, 100, 10s, options);
  EXPECT_EQ(draw.halt, Halt::none) << draw.reason;
  EXPECT_EQ(draw.dropped, 1U);
  EXPECT_EQ(pairs.size(), 100U);
}

TEST(Sampler, HaltsAtTheDeadlineHoweverSlowTheServerIs) {
  const TinyServer server([](const std::string&, std::size_t) {
    dawdle(20ms);
    return refusal();
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto [draw, pairs] = draw_from(server, 1000, 300ms);
  EXPECT_EQ(draw.halt, Halt::deadline);
  EXPECT_LT(pairs.size(), 20U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Sampler, GivesUpOnAServerThatStopsAnswering) {
  const TinyServer server([](const std::string&, std::size_t) { return ""; });
  const auto [draw, pairs] = draw_from(server, 1000);
  EXPECT_EQ(draw.halt, Halt::lost);
  EXPECT_TRUE(pairs.empty());
  EXPECT_FALSE(draw.reason.empty());
}

TEST(Sampler, HaltsAtARateLimit) {
  const TinyServer server([answers = 0](const std::string&, std::size_t) mutable {
    return ++answers > 150 ? refusal("slow down", "429 Too Many Requests") : refusal();
  });
  const auto [draw, pairs] = draw_from(server, 1000);
  EXPECT_EQ(draw.halt, Halt::rate_limited);
  EXPECT_EQ(pairs.size(), 55U);
}

TEST(Sampler, HaltsWhereTheAnswersOfOneClassChange) {
  const TinyServer server([answers = 0](const std::string&, std::size_t) mutable {
    return ++answers > 150 ? refusal("locked out", "403 Forbidden") : refusal();
  });
  const auto drawn = draw_from(server, 1000);
  EXPECT_EQ(drawn.draw.halt, Halt::changed);
  EXPECT_NE(drawn.draw.reason.find("401 with 2 bytes, then 403 with 10 bytes"), std::string::npos)
      << drawn.draw.reason;
}

TEST(Sampler, AnswersThatTellTheClassesApartAreAnOracle) {
  const Respond by_length = [](const std::string& request, std::size_t) {
    return refusal(is_near(request) ? "nearly" : "no");
  };
  const Respond by_field = [](const std::string& request, std::size_t) {
    return refusal("no", "401 Unauthorized", is_near(request) ? "A: b" : "X: y");
  };
  for (const auto& respond : {by_length, by_field}) {
    const TinyServer server(respond);
    const auto [draw, pairs] = draw_from(server, 1000);
    EXPECT_EQ(draw.halt, Halt::oracle) << draw.reason;
    EXPECT_TRUE(pairs.empty());
  }
}

TEST(Sampler, RefusesPoolsThatDifferInMoreThanTheSecret) {
  const Endpoint nowhere{"127.0.0.1", 1};
  const auto refused = [&](Pools pools) {
    return open_sampler(nowhere, std::move(pools), 1).error().message;
  };
  EXPECT_NE(refused({{"abc"}, {"abcd"}}).find("one length"), std::string::npos);
  EXPECT_NE(refused({{"abc"}, {}}).find("same number"), std::string::npos);
  EXPECT_NE(refused({}).find("same number"), std::string::npos);
  EXPECT_NE(refused({{""}, {""}}).find("1 to 65536 bytes"), std::string::npos);
  EXPECT_NE(refused(pools()).find("refused"), std::string::npos);
}

TEST(Sampler, TheGateFailsAServerThatTakesItsTimeOverTheSecret) {
  const TinyServer server([](const std::string& request, std::size_t) {
    if (is_near(request)) dawdle(50us);
    return refusal();
  });
  const OpenSource open = [&server](std::uint64_t seed) {
    return open_sampler(server.endpoint(), pools(), seed, hasty());
  };
  const Result result = gate(open, {});
  EXPECT_EQ(result.verdict, Verdict::fail) << result.reason;
  EXPECT_EQ(result.direction, Direction::slower);
}

}  // namespace
}  // namespace timing
