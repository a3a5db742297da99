#include "harness/mcp/stdio.h"

#include <gtest/gtest.h>

#include "common/base/text.h"

namespace mcp {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 20s;

/// A server in a few words of shell: reads lines and answers each by its method.
std::string server(const std::string& answers) {
  return "while IFS= read -r line; do case \"$line\" in " + answers + " esac; done";
}

std::string reply(std::string_view id, std::string_view result) {
  return "echo '{\"jsonrpc\":\"2.0\",\"id\":" + std::string(id) +
         ",\"result\":" + std::string(result) + "}';;";
}

const std::string kDiscovered =
    "*server/discover*) " + reply("\"discover-1\"", "{\"supportedVersions\":[\"2026-07-28\"]}");
const std::string kInitialized =
    "*initialize\\\"*) " +
    reply("\"initialize-1\"",
          "{\"protocolVersion\":\"2025-11-25\",\"serverInfo\":{\"name\":\"old\"}}");

std::unique_ptr<StdioPeer> start(const std::string& command) {
  auto peer = StdioPeer::start({.command = command});
  EXPECT_TRUE(peer) << peer.error().message;
  return std::move(*peer);
}

Answer ask(StdioPeer& peer, std::chrono::milliseconds patience = kLong) {
  return peer.exchange(R"({"jsonrpc":"2.0","id":7,"method":"ping"})", "7",
                       base::Deadline::after(patience));
}

StdioGreeting greet(const std::string& command, std::optional<Revision> only = {},
                    std::chrono::milliseconds timeout = kLong) {
  return greet_stdio([&] { return StdioPeer::start({.command = command}); }, only, timeout);
}

TEST(StdioPeer, AResponseIsReadByItsId) {
  const auto peer = start(
      "read line; echo '{\"jsonrpc\":\"2.0\",\"id\":6,\"result\":{}}'; "
      "echo '{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"ok\":true}}'; cat");
  const Answer answer = ask(*peer);
  EXPECT_EQ(answer.kind, Kind::result);
  EXPECT_EQ(answer.result, R"({"ok":true})");
  EXPECT_EQ(answer.summary(), "a JSON-RPC result");
  EXPECT_TRUE(peer->garbage().empty());
}

TEST(StdioPeer, AnErrorWithoutIdAnswersToo) {
  const auto peer = start(
      "read line; echo '{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,"
      "\"message\":\"bad\"}}'; cat");
  EXPECT_EQ(ask(*peer).summary(), "JSON-RPC error -32700 \"bad\"");
}

TEST(StdioPeer, AToolErrorIsQuoted) {
  const auto peer = start(
      "read line; echo '{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"isError\":true,\"content\":"
      "[{\"type\":\"text\",\"text\":\"Permission denied\"}]}}'; cat");
  EXPECT_EQ(ask(*peer).summary(), "the tool error \"Permission denied\"");
}

TEST(StdioPeer, WhatIsNoJsonRpcIsKept) {
  const auto peer = start(
      "echo Welcome; read line; echo '{\"level\":\"info\"}'; "
      "echo '{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}'; cat");
  EXPECT_EQ(ask(*peer).kind, Kind::result);
  EXPECT_EQ(base::join(peer->garbage(), "|"), "Welcome|{\"level\":\"info\"}");
}

TEST(StdioPeer, NotificationsAndRequestsAreNoGarbage) {
  const auto peer = start(
      "read line; echo '{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}'; "
      "echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}'; read pong; "
      "case \"$pong\" in *result*) echo '{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}';; esac; "
      "cat");
  EXPECT_EQ(ask(*peer).kind, Kind::result);
  EXPECT_TRUE(peer->garbage().empty());
}

TEST(StdioPeer, AServerThatEndsIsToldWithItsLastWords) {
  const auto peer = start("echo no such luck >&2; exit 7");
  EXPECT_EQ(ask(*peer).exchange.failure_text,
            "the server ended before it answered: exit code 7; its last words: no such luck");
}

TEST(StdioPeer, AServerThatNeverAnswersIsToldInTime) {
  const auto peer = start("exec sleep 1000");
  const std::string text = ask(*peer, 50ms).exchange.failure_text;
  EXPECT_EQ(text.rfind("the server did not answer over its standard output within 0.0", 0), 0U)
      << text;
}

TEST(StdioPeer, AServerThatWritesGarbageForeverIsToldInTime) {
  const auto peer = start("exec yes hello");
  const std::string text = ask(*peer, 100ms).exchange.failure_text;
  EXPECT_NE(text.find("it wrote \"hello\" to its standard output, which is no JSON-RPC message"),
            std::string::npos)
      << text;
  EXPECT_LE(peer->garbage().size(), 20U);
}

TEST(StdioPeer, ALineWithoutEndIsNotKept) {
  const auto peer = start("exec tr '\\0' x < /dev/zero");
  EXPECT_EQ(ask(*peer).exchange.failure, wire::Failure::too_large);
}

TEST(StdioPeer, LineBreaksOfAMessageDoNotEndIt) {
  const auto peer = start(
      "read line; case \"$line\" in *ping*) "
      "echo '{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}';; esac; cat");
  const Answer answer = peer->exchange("{\"jsonrpc\":\"2.0\",\n\"id\":7,\n\"method\":\"ping\"}",
                                       "7", base::Deadline::after(kLong));
  EXPECT_EQ(answer.kind, Kind::result);
}

TEST(StdioPeer, TheEndOfItsInputEndsAServer) {
  const auto peer = start("cat");
  EXPECT_EQ(peer->finish(base::Deadline::after(kLong)), "exit code 0");
  const auto deaf = start("exec sleep 1000");
  EXPECT_EQ(deaf->finish(base::Deadline::after(50ms)), std::nullopt);
}

TEST(StdioGreeting, AModernServerIsDiscovered) {
  const StdioGreeting met = greet(server(kDiscovered));
  EXPECT_TRUE(met.greeting.ok()) << met.greeting.problem;
  EXPECT_EQ(met.greeting.revision, Revision::r2026_07_28);
}

TEST(StdioGreeting, AnOldServerThatKeepsSilentIsInitialized) {
  const StdioGreeting met = greet(server(kInitialized), {}, 1s);
  EXPECT_TRUE(met.greeting.ok()) << met.greeting.problem;
  EXPECT_EQ(met.greeting.revision, Revision::r2025_11_25);
  EXPECT_EQ(met.greeting.server_name, "old");
}

TEST(StdioGreeting, AnOldServerThatDiesOfTheQuestionIsStartedAgain) {
  const StdioGreeting met = greet(server("*discover*) exit 3;; " + kInitialized));
  EXPECT_TRUE(met.greeting.ok()) << met.greeting.problem;
  EXPECT_EQ(met.greeting.era, Era::legacy);
}

TEST(StdioGreeting, WhyThereIsNoneIsOneSentence) {
  EXPECT_EQ(greet("echo wrong turn >&2; exit 1").greeting.problem,
            "the server ended before it answered: exit code 1; its last words: wrong turn");
  EXPECT_EQ(
      greet("exec sleep 1000", {}, 100ms)
          .greeting.problem.find("the server did not answer over its standard output within "),
      0U);
}

TEST(SpeaksStdio, TellsServersFromOtherPrograms) {
  const auto never = [] { return false; };
  EXPECT_TRUE(speaks_stdio(
      {.command =
           "read line; echo '{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1}}'; cat"},
      kLong, never));
  EXPECT_FALSE(
      speaks_stdio({.command = "echo Listening on 127.0.0.1; exec sleep 1000"}, 100ms, never));
  EXPECT_FALSE(speaks_stdio({.command = "exec sleep 1000"}, kLong, [] { return true; }));
}

}  // namespace
}  // namespace mcp
