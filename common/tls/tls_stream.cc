#include "common/tls/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

namespace tls {
namespace {

using base::Deadline;
using base::IoStatus;

constexpr std::size_t kRecord = 17UL << 10;  // the largest TLS record and its frame

int clamp(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

TlsStream::TlsStream(base::Descriptor socket, Ssl ssl) : TlsStream(socket.get(), std::move(ssl)) {
  owned_ = std::move(socket);
}

TlsStream::TlsStream(int socket, Ssl ssl) : socket_(socket), ssl_(std::move(ssl)) {
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
}

IoStatus TlsStream::connect(Deadline deadline) {
  const IoStatus status = drive([this] { return SSL_connect(ssl_.get()); }, deadline);
  if (status == IoStatus::ok) note_session();
  return status;
}

IoStatus TlsStream::accept(Deadline deadline) {
  const IoStatus status = drive([this] { return SSL_accept(ssl_.get()); }, deadline);
  if (status == IoStatus::ok) note_session();
  return status;
}

void TlsStream::note_session() {
  session_.version = SSL_get_version(ssl_.get());
  session_.cipher = SSL_get_cipher_name(ssl_.get());
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
  if (size > 0) session_.protocol.assign(reinterpret_cast<const char*>(protocol), size);
  X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return;
  session_.certificate = to_der(certificate);
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK) session_.problem = X509_verify_cert_error_string(verdict);
}

void TlsStream::farewell(Deadline deadline) {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  send_pending(deadline);
}

std::string TlsStream::handshake_error() const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK) {
    return std::string("the certificate is not trusted: ") + X509_verify_cert_error_string(verdict);
  }
  const char* reason = ERR_reason_error_string(last_error_);
  return reason != nullptr ? reason : "the TLS handshake failed";
}

IoStatus TlsStream::read(char* buffer, std::size_t size, Deadline deadline, std::size_t& got) {
  got = 0;
  int count = 0;
  const IoStatus status =
      drive([&] { return count = SSL_read(ssl_.get(), buffer, clamp(size)); }, deadline);
  if (status == IoStatus::ok) got = static_cast<std::size_t>(count);
  return status;
}

IoStatus TlsStream::write(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    // One record at a time, or the memory between would grow to the size of the whole.
    const std::string_view part = bytes.substr(0, SSL3_RT_MAX_PLAIN_LENGTH);
    const IoStatus status =
        drive([&] { return SSL_write(ssl_.get(), part.data(), clamp(part.size())); }, deadline);
    if (status != IoStatus::ok) return status;
    bytes.remove_prefix(part.size());
  }
  return IoStatus::ok;
}

/// Repeats an operation of OpenSSL, moving bytes between its memory and the socket, until it is
/// done or cannot be.
template <typename Operation>
IoStatus TlsStream::drive(Operation operation, Deadline deadline) {
  for (;;) {
    ERR_clear_error();
    const int result = operation();
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_SSL) last_error_ = ERR_peek_error();
    // An alert that explains a failure goes out, too.
    const IoStatus sent = send_pending(deadline);
    if (result > 0) return sent;
    if (error == SSL_ERROR_ZERO_RETURN) return IoStatus::closed;
    if (error != SSL_ERROR_WANT_READ) return IoStatus::error;
    if (sent != IoStatus::ok) return sent;
    // A peer that sends records without content, and without a pause, must not outlast it.
    if (deadline.passed()) return IoStatus::timeout;
    const IoStatus received = receive(deadline);
    if (received != IoStatus::ok) return received;
  }
}

IoStatus TlsStream::send_pending(Deadline deadline) {
  std::array<char, kRecord> buffer;
  for (;;) {
    const int count = BIO_read(SSL_get_wbio(ssl_.get()), buffer.data(), clamp(buffer.size()));
    if (count <= 0) return IoStatus::ok;
    const IoStatus status =
        base::write_all(socket_, {buffer.data(), static_cast<std::size_t>(count)}, deadline);
    if (status != IoStatus::ok) return status;
  }
}

IoStatus TlsStream::receive(Deadline deadline) {
  std::array<char, kRecord> buffer;
  std::size_t got = 0;
  const IoStatus status = base::read_some(socket_, buffer.data(), buffer.size(), deadline, got);
  if (status == IoStatus::ok) BIO_write(SSL_get_rbio(ssl_.get()), buffer.data(), clamp(got));
  return status;
}

}  // namespace tls
