#include "common/http/request_parser.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "common/base/text.h"

// Boost.Beast is the codec and cpp-httplib is not: that one percent-decodes header values and keeps
// the raw bytes to itself, and what a client really sent is what our servers exist to look at.

namespace http {
namespace {

namespace beast = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using BeastView = boost::beast::string_view;

// Bodies grow as they come; a length that is only announced gets no more than this in advance.
constexpr std::uint64_t kMaxReserve = 256UL << 10;

int status_for(ErrorCode error) {
  if (error == beast::error::header_limit) return 431;
  if (error == beast::error::body_limit) return 413;
  return 400;
}

}  // namespace

class RequestParser::Impl {
 public:
  /// Beast's parser takes one message and cannot be used again.
  class Message final : public beast::basic_parser<true> {
   public:
    Message(Request& request, std::size_t max_header_bytes, std::size_t max_body_bytes)
        : request_(request), max_header_bytes_(max_header_bytes) {
      eager(true);
      header_limit(static_cast<std::uint32_t>(max_header_bytes));
      body_limit(max_body_bytes);
    }

    bool http_1_0() const { return version_ == 10; }
    bool expects_continue() const { return expects_continue_; }

   private:
    void on_request_impl(beast::verb /*known*/, BeastView method, BeastView target, int version,
                         ErrorCode& /*error*/) override {
      version_ = version;
      head_bytes_ = method.size() + target.size();
      request_.method.assign(method.data(), method.size());
      request_.target.assign(target.data(), target.size());
      const std::size_t question = std::min(request_.target.find('?'), request_.target.size());
      request_.path.assign(request_.target, 0, question);
      request_.query.assign(request_.target, std::min(question + 1, request_.target.size()));
    }

    void on_response_impl(int /*status*/, BeastView /*reason*/, int /*version*/,
                          ErrorCode& /*error*/) override {}

    void on_field_impl(beast::field known, BeastView name, BeastView value,
                       ErrorCode& error) override {
      // What comes after the body must not pass for what came before it.
      if (is_header_done()) return;
      // The parser's own limit starts anew with every read.
      head_bytes_ += name.size() + value.size() + 4;
      if (head_bytes_ > max_header_bytes_) {
        error = beast::error::header_limit;
        return;
      }
      if (known == beast::field::host) ++hosts_;
      if (known == beast::field::content_length) ++lengths_;
      if (known == beast::field::transfer_encoding) encoded_ = true;
      if (known == beast::field::expect) {
        expects_continue_ = base::equal_ignoring_case({value.data(), value.size()}, "100-continue");
      }
      request_.headers.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }

    void on_header_impl(ErrorCode& error) override {
      // RFC 9112, section 3.2: exactly one Host, in HTTP/1.1.
      if (hosts_ > 1 || (hosts_ == 0 && !http_1_0())) error = beast::error::bad_field;
      // Section 6.3: one length even if the two agree, no coding that we cannot find the end of,
      // and none at all from a client too old to know it (section 6.1).
      if (lengths_ > 1) error = beast::error::multiple_content_length;
      if (encoded_ && (!chunked() || http_1_0())) error = beast::error::bad_transfer_encoding;
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                           ErrorCode& /*error*/) override {
      if (length) request_.body.reserve(std::min(*length, kMaxReserve));
    }

    std::size_t on_body_impl(BeastView body, ErrorCode& /*error*/) override {
      request_.body.append(body.data(), body.size());
      return body.size();
    }

    void on_chunk_header_impl(std::uint64_t /*size*/, BeastView /*extensions*/,
                              ErrorCode& /*error*/) override {}

    std::size_t on_chunk_body_impl(std::uint64_t /*left*/, BeastView body,
                                   ErrorCode& error) override {
      return on_body_impl(body, error);
    }

    void on_finish_impl(ErrorCode& /*error*/) override {}

    Request& request_;
    std::size_t max_header_bytes_;
    std::size_t head_bytes_ = 0;
    int version_ = 11;
    int hosts_ = 0;
    int lengths_ = 0;
    bool encoded_ = false;
    bool expects_continue_ = false;
  };

  std::size_t max_header_bytes;
  std::size_t max_body_bytes;
  std::optional<Message> message;
  int error_status = 0;
};

RequestParser::RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : impl_(new Impl{.max_header_bytes = max_header_bytes, .max_body_bytes = max_body_bytes}) {}

RequestParser::~RequestParser() = default;

void RequestParser::begin(Request& request) {
  request.headers.clear();
  request.body.clear();
  impl_->error_status = 0;
  impl_->message.emplace(request, impl_->max_header_bytes, impl_->max_body_bytes);
}

std::size_t RequestParser::put(const char* data, std::size_t size) {
  ErrorCode error;
  const std::size_t used = impl_->message->put(boost::asio::const_buffer(data, size), error);
  if (error && error != beast::error::need_more) impl_->error_status = status_for(error);
  return used;
}

bool RequestParser::head_done() const { return impl_->message->is_header_done(); }
bool RequestParser::done() const { return impl_->message->is_done(); }
int RequestParser::error_status() const { return impl_->error_status; }
bool RequestParser::keep_alive() const { return impl_->message->keep_alive(); }
bool RequestParser::http_1_0() const { return impl_->message->http_1_0(); }
bool RequestParser::expects_continue() const { return impl_->message->expects_continue(); }

}  // namespace http
