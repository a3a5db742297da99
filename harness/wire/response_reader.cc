#include "harness/wire/response_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "harness/wire/content_coding.h"

namespace wire {
namespace {

namespace beast = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr int kSwitchingProtocols = 101;

struct Bounds {
  bool head_only;
  std::size_t head_bytes;
  std::size_t body_bytes;
};

/// Collects one message, its body decoded; Beast only finds where its parts end.
class Message final : public beast::basic_parser<false> {
 public:
  Message(Response& response, const Bounds& bounds) : response_(response), bounds_(bounds) {
    eager(true);
    skip(bounds.head_only);
    header_limit(static_cast<std::uint32_t>(bounds.head_bytes));
    body_limit(boost::none);  // ours keeps what fits
  }

 private:
  void on_request_impl(beast::verb /*known*/, BeastView /*method*/, BeastView /*target*/,
                       int /*version*/, ErrorCode& /*error*/) override {}

  void on_response_impl(int status, BeastView reason, int /*version*/,
                        ErrorCode& /*error*/) override {
    response_.status = status;
    response_.reason.assign(reason.data(), reason.size());
    count_head(reason.size());
  }

  void on_field_impl(beast::field /*known*/, BeastView name, BeastView value,
                     ErrorCode& error) override {
    if (is_header_done()) return;  // a trailer
    if (!count_head(name.size() + value.size() + 4)) {
      error = beast::error::header_limit;
      return;
    }
    response_.headers.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
  }

  void on_header_impl(ErrorCode& /*error*/) override {
    const std::string* coding = response_.header("Content-Encoding");
    decoder_.emplace(coding != nullptr ? *coding : "", bounds_.body_bytes);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         ErrorCode& /*error*/) override {}

  std::size_t on_body_impl(BeastView body, ErrorCode& error) override {
    if (!decoder_->put({body.data(), body.size()}, response_.body)) {
      error = beast::error::body_limit;
    }
    response_.coding_problem = decoder_->problem();
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t /*size*/, BeastView /*extensions*/,
                            ErrorCode& /*error*/) override {}

  std::size_t on_chunk_body_impl(std::uint64_t /*left*/, BeastView body,
                                 ErrorCode& error) override {
    return on_body_impl(body, error);
  }

  void on_finish_impl(ErrorCode& /*error*/) override {
    decoder_->finish();
    response_.coding_problem = decoder_->problem();
  }

  bool count_head(std::size_t bytes) {
    head_bytes_ += bytes;
    return head_bytes_ <= bounds_.head_bytes;
  }

  Response& response_;
  const Bounds& bounds_;
  std::size_t head_bytes_ = 0;
  std::optional<ContentDecoder> decoder_;
};

}  // namespace

class ResponseReader::Impl {
 public:
  explicit Impl(Bounds limits) : bounds(limits) { begin(); }

  void begin() {
    response = {};
    message.emplace(response, bounds);
  }

  bool interim() const {
    return response.status / 100 == 1 && response.status != kSwitchingProtocols;
  }

  /// Beast waits for more than the seven bytes of a TLS alert before it judges a version.
  bool may_be_http() const {
    constexpr std::string_view kStart = "HTTP/1.";
    const std::size_t size = std::min(kStart.size(), pending.size());
    return response.status != 0 || pending.compare(0, size, kStart, 0, size) == 0;
  }

  State parse() {
    while (!pending.empty()) {
      if (!may_be_http()) return give_up(beast::error::bad_version);
      ErrorCode code;
      const std::size_t used =
          message->put(boost::asio::const_buffer(pending.data(), pending.size()), code);
      pending.erase(0, used);
      if (code && code != beast::error::need_more) return give_up(code);
      if (message->is_done()) {
        if (!interim()) return finish();
        begin();
      } else if (used == 0) {
        // A line, or a trailer, that does not end.
        if (pending.size() > bounds.head_bytes) return give_up(beast::error::header_limit);
        break;
      }
    }
    return message->is_header_done() ? State::body : State::head;
  }

  State finish() {
    response.complete = true;
    return State::done;
  }

  State give_up(ErrorCode code) {
    error = code.message();
    const bool limit = code == beast::error::header_limit || code == beast::error::body_limit;
    return limit ? State::too_large : State::not_http;
  }

  Bounds bounds;
  Response response;
  std::optional<Message> message;
  std::string pending;  // what the parser wants to see again, with more behind it
  std::string error;
  State state = State::head;
};

ResponseReader::ResponseReader(bool head_only, std::size_t max_head_bytes,
                               std::size_t max_body_bytes)
    : impl_(std::make_unique<Impl>(Bounds{head_only, max_head_bytes, max_body_bytes})) {}

ResponseReader::~ResponseReader() = default;

ResponseReader::State ResponseReader::put(std::string_view bytes) {
  impl_->pending.append(bytes);
  if (impl_->state == State::head || impl_->state == State::body) impl_->state = impl_->parse();
  return impl_->state;
}

ResponseReader::State ResponseReader::end() {
  if (impl_->state == State::body && impl_->message->need_eof()) {
    impl_->state = impl_->finish();
  }
  return impl_->state;
}

ResponseReader::State ResponseReader::state() const { return impl_->state; }
bool ResponseReader::head_done() const { return impl_->message->is_header_done(); }
const Response& ResponseReader::response() const { return impl_->response; }
Response ResponseReader::take() { return std::move(impl_->response); }
const std::string& ResponseReader::error() const { return impl_->error; }

bool ResponseReader::can_go_on() const {
  return impl_->state == State::done && impl_->pending.empty() && impl_->message->keep_alive() &&
         impl_->response.status != kSwitchingProtocols;
}

}  // namespace wire
