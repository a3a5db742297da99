#include "common/tls/acceptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <mutex>

#include "common/tls/test_server.h"

namespace tls {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using base::IoStatus;
using testing::HasSubstr;
using Wanted = ServerOptions::ClientCertificate;

/// A server that greets, after it has seen a line.
class Greeter {
 public:
  explicit Greeter(const ServerOptions& options)
      : acceptor_(Acceptor::create(options).value()), server_([this](TestPeer& peer) {
          const Deadline deadline = Deadline::after(5s);
          const auto stream = acceptor_->accept(peer.fd(), deadline);
          if (!stream) return;
          {
            const std::lock_guard lock(mutex_);
            session_ = *stream->session();
          }
          std::array<char, 100> buffer{};
          std::size_t got = 0;
          if (stream->read(buffer.data(), buffer.size(), deadline, got) != IoStatus::ok) return;
          stream->write("good day", deadline);
          stream->farewell(deadline);
        }) {}

  Opened open(Options options, Deadline deadline = Deadline::after(5s)) const {
    const auto url = base::parse_url(server_.url("/", "https")).value();
    return Connector(url, std::move(options)).open(deadline);
  }
  /// What a client with these options is greeted with; empty where it is not.
  std::string greet(const Options& options) const {
    const Opened opened = open(options);
    if (!opened.stream) return {};
    std::array<char, 100> buffer{};
    std::size_t got = 0;
    const Deadline deadline = Deadline::after(5s);
    if (opened.stream->write("hello\n", deadline) != IoStatus::ok) return {};
    opened.stream->read(buffer.data(), buffer.size(), deadline, got);
    return {buffer.data(), got};
  }
  Session session() const {
    const std::lock_guard lock(mutex_);
    return session_;
  }

 private:
  std::shared_ptr<const Acceptor> acceptor_;
  mutable std::mutex mutex_;
  Session session_;
  TestServer server_;
};

class AcceptorTest : public testing::Test {
 protected:
  Authority authority_ = Authority::make().value();
  Authority other_ = Authority::make("another CA").value();
  ServerOptions options_{.identity = authority_.server().value()};
  Options client_{.ca = authority_.certificate()};
};

TEST_F(AcceptorTest, ServesAClientThatTrustsItsAuthority) {
  const Greeter server(options_);
  const Opened opened = server.open(client_);
  ASSERT_TRUE(opened.stream) << opened.text;
  const Session& session = *opened.stream->session();
  EXPECT_EQ(session.version, "TLSv1.3");
  EXPECT_EQ(session.protocol, "http/1.1");
  EXPECT_EQ(session.problem, "");
  EXPECT_EQ(session.certificate, certificate_der(options_.identity.certificate));
}

TEST_F(AcceptorTest, CarriesWhatBothSidesSay) {
  const Greeter server(options_);
  EXPECT_EQ(server.greet(client_), "good day");
}

TEST_F(AcceptorTest, IsNotTrustedByAClientOfAnotherAuthority) {
  const Greeter server(options_);
  const Opened opened = server.open({.ca = other_.certificate()});
  EXPECT_EQ(opened.failure, OpenFailure::tls);
  EXPECT_THAT(opened.text, HasSubstr("not trusted"));
}

TEST_F(AcceptorTest, ClientsThatDoNotVerifyLearnWhatIsWrongAllTheSame) {
  options_.identity = authority_.server({"other.example"}).value();
  const Greeter server(options_);
  client_.verify = false;
  const Opened opened = server.open(client_);
  ASSERT_TRUE(opened.stream) << opened.text;
  EXPECT_THAT(opened.stream->session()->problem, HasSubstr("IP address mismatch"));
}

TEST_F(AcceptorTest, AnExpiredCertificateIsOne) {
  options_.identity = authority_.server(kLoopbackNames, {.from = -7200, .until = -3600}).value();
  const Greeter server(options_);
  EXPECT_THAT(server.open(client_).text, HasSubstr("certificate has expired"));
}

TEST_F(AcceptorTest, ASelfSignedCertificateIsTrustedByWhoHasIt) {
  options_.identity = self_signed().value();
  const Greeter server(options_);
  EXPECT_THAT(server.open(client_).text, HasSubstr("self-signed certificate"));
  EXPECT_EQ(server.greet({.ca = options_.identity.certificate}), "good day");
}

TEST_F(AcceptorTest, SeesTheCertificateOfAClient) {
  options_.client_certificate = Wanted::optional;
  client_.certificate = other_.client("alice").value();
  const Greeter server(options_);
  EXPECT_EQ(server.greet(client_), "good day");
  EXPECT_EQ(server.session().certificate, certificate_der(client_.certificate.certificate));
}

TEST_F(AcceptorTest, DoesWithoutOneWhereItIsOptional) {
  options_.client_certificate = Wanted::optional;
  const Greeter server(options_);
  EXPECT_EQ(server.greet(client_), "good day");
  EXPECT_EQ(server.session().certificate, "");
}

TEST_F(AcceptorTest, RefusesTheHandshakeWithoutOneWhereItIsRequired) {
  options_.client_certificate = Wanted::required;
  const Greeter server(options_);
  EXPECT_EQ(server.greet(client_), "");
}

TEST_F(AcceptorTest, RefusesClientsOfAnotherAuthorityThanItTrusts) {
  options_.client_certificate = Wanted::optional;
  options_.client_ca = authority_.certificate();
  const Greeter server(options_);
  client_.certificate = other_.client("mallory").value();
  EXPECT_EQ(server.greet(client_), "");
  client_.certificate = authority_.client("alice").value();
  EXPECT_EQ(server.greet(client_), "good day");
}

TEST_F(AcceptorTest, RefusesVersionsBefore12) {
  const Greeter server(options_);
  client_.oldest = Version::tls10;
  client_.newest = Version::tls11;
  EXPECT_EQ(server.open(client_).failure, OpenFailure::tls);
}

TEST_F(AcceptorTest, TakesThemWhereItIsToldTo) {
  options_.oldest = Version::tls10;
  const Greeter server(options_);
  client_.oldest = client_.newest = Version::tls10;
  const Opened opened = server.open(client_);
  ASSERT_TRUE(opened.stream) << opened.text;
  EXPECT_EQ(opened.stream->session()->version, "TLSv1");
}

TEST_F(AcceptorTest, GivesUpAClientThatSaysNothing) {
  std::array<int, 2> pair{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
  const base::Descriptor ours(pair[0]);
  const base::Descriptor theirs(pair[1]);
  const auto acceptor = Acceptor::create(options_).value();
  EXPECT_EQ(acceptor->accept(ours.get(), Deadline::after(20ms)), nullptr);
}

TEST_F(AcceptorTest, SaysWhatIsWrongWithItsOptions) {
  const auto problem = [](const ServerOptions& options) {
    const auto made = Acceptor::create(options);
    return made ? std::string() : made.error().message;
  };
  EXPECT_EQ(problem({}), "the certificate is not PEM");
  options_.identity.key = "-----BEGIN";
  EXPECT_EQ(problem(options_), "the key is not PEM, or needs a passphrase");
  options_.identity.key = other_.server().value().key;
  EXPECT_EQ(problem(options_), "the key is not that of the certificate");
  options_.identity = authority_.server().value();
  options_.client_certificate = Wanted::optional;
  options_.client_ca = "nothing";
  EXPECT_EQ(problem(options_), "the clients' CA is not a PEM certificate");
}

TEST(CertificateThumbprint, IsTheSha256OfTheDerInBase64url) {
  EXPECT_EQ(certificate_thumbprint("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
}

}  // namespace
}  // namespace tls
