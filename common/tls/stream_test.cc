#include "common/tls/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "common/tls/test_certificate.h"
#include "common/tls/test_server.h"

namespace tls {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using base::IoStatus;
using testing::HasSubstr;

Opened open(const std::string& url, Options options = {}, Deadline deadline = Deadline::after(5s)) {
  return Connector(base::parse_url(url).value(), std::move(options)).open(deadline);
}

std::string ask(Stream& stream) {
  std::array<char, 100> buffer{};
  std::size_t got = 0;
  const Deadline deadline = Deadline::after(5s);
  if (stream.write("hello\r\n\r\n", deadline) != IoStatus::ok) return "not written";
  if (stream.read(buffer.data(), buffer.size(), deadline, got) != IoStatus::ok) return "not read";
  return {buffer.data(), got};
}

TEST(Connector, TrustsACertificateOfTheGivenFile) {
  const TestCertificate certificate;
  const TestServer server(certificate.answering("good day"));
  const Opened opened = open(server.url("/", "https"), {.ca_file = certificate.path()});
  ASSERT_TRUE(opened.stream) << opened.text;
  EXPECT_EQ(ask(*opened.stream), "good day");
  EXPECT_EQ(ask(*opened.stream), "good day");
}

TEST(Connector, VerifiesNamesAsWellAsAddresses) {
  const TestCertificate certificate("DNS:localhost");
  const TestServer server(certificate.answering("good day"));
  const Options options{.ca_file = certificate.path()};
  EXPECT_TRUE(open("https://localhost:" + std::to_string(server.port()), options).stream);
  const Opened other = open(server.url("/", "https"), options);
  EXPECT_EQ(other.failure, OpenFailure::tls);
  EXPECT_THAT(other.text, HasSubstr("IP address mismatch"));
}

TEST(Connector, SaysThatASelfSignedCertificateIsNotTrusted) {
  const TestCertificate certificate;
  const TestServer server(certificate.answering(""));
  const Opened opened = open(server.url("/", "https"));
  EXPECT_EQ(opened.failure, OpenFailure::tls);
  EXPECT_THAT(opened.text, HasSubstr("the certificate is not trusted: self-signed certificate"));
}

TEST(Connector, TakesAnyCertificateWhenToldNotToVerify) {
  const TestCertificate certificate;
  const TestServer server(certificate.answering("good day"));
  EXPECT_TRUE(open(server.url("/", "https"), {.verify = false}).stream);
}

TEST(Connector, SaysThatAServerDoesNotSpeakTls) {
  const TestServer server([](TestPeer& peer) {
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  const Opened opened = open(server.url("/", "https"));
  EXPECT_EQ(opened.failure, OpenFailure::tls);
  EXPECT_THAT(opened.text, HasSubstr("TLS with 127.0.0.1"));
}

TEST(Connector, GivesUpAHandshakeThatNobodyAnswers) {
  const TestServer server([](TestPeer& peer) { peer.wait_for_close(); });
  const Opened opened = open(server.url("/", "https"), {}, Deadline::after(30ms));
  EXPECT_EQ(opened.failure, OpenFailure::timeout);
  EXPECT_THAT(opened.text, testing::EndsWith("within 30 ms"));
}

TEST(Connector, SaysThatTheServerClosedInTheHandshake) {
  const TestServer server([](TestPeer& peer) {
    std::array<char, 4096> buffer{};
    std::size_t got = 0;
    base::read_some(peer.fd(), buffer.data(), buffer.size(), Deadline::after(5s), got);
  });
  EXPECT_EQ(open(server.url("/", "https")).failure, OpenFailure::closed);
}

TEST(Connector, SaysThatNothingListens) {
  const auto listener = base::listen_tcp("127.0.0.1", 0);
  const std::string address = "127.0.0.1:" + std::to_string(base::local_port(*listener));
  shutdown(listener->get(), SHUT_RD);
  const Opened opened = open("http://" + address);
  EXPECT_EQ(opened.failure, OpenFailure::refused);
  EXPECT_EQ(opened.text, "nothing listens on " + address + " (connection refused)");
}

TEST(Connector, SaysThatAFileIsNoCertificate) {
  const TestServer server([](TestPeer& peer) { peer.wait_for_close(); });
  const Opened opened = open(server.url("/", "https"), {.ca_file = "/dev/null"});
  EXPECT_EQ(opened.failure, OpenFailure::tls);
  EXPECT_EQ(opened.text, "/dev/null: not a PEM certificate");
}

TEST(SpanText, ReadsLikeAPersonSaysIt) {
  EXPECT_EQ(span_text(300ms), "300 ms");
  EXPECT_EQ(span_text(10s), "10 s");
  EXPECT_EQ(span_text(9996ms), "10 s");
  EXPECT_EQ(span_text(1500ms), "1.5 s");
}

}  // namespace
}  // namespace tls
