#include "harness/wire/content_coding.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/base/text.h"

namespace wire {
namespace {

constexpr std::size_t kChunk = 16UL << 10;
constexpr std::size_t kMaxCodingName = 40;
/// As zlib wants them: a window of 32 KiB, with the header of gzip, of zlib, or without one.
constexpr int kGzipWindow = MAX_WBITS + 16;
constexpr int kZlibWindow = MAX_WBITS;
constexpr int kRawWindow = -MAX_WBITS;

/// Many servers send "deflate" without the zlib header that RFC 9110, section 8.4.1.2 asks for.
bool has_zlib_header(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  return (first & 0x0fU) == Z_DEFLATED && (first * 256U + second) % 31U == 0;
}

enum class Step { more, end, broken, full };

/// One compressed stream of zlib's.
class Inflater {
 public:
  explicit Inflater(int window) { ready_ = inflateInit2(&stream_, window) == Z_OK; }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Takes what it used off the front of `bytes`.
  Step put(std::string_view& bytes, std::string& body, std::size_t max_bytes) {
    if (!ready_) return Step::broken;
    std::array<char, kChunk> chunk;
    for (;;) {
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream_.avail_in = static_cast<uInt>(bytes.size());
      stream_.next_out = reinterpret_cast<Bytef*>(chunk.data());
      stream_.avail_out = static_cast<uInt>(chunk.size());
      const int code = inflate(&stream_, Z_SYNC_FLUSH);
      bytes.remove_prefix(bytes.size() - stream_.avail_in);
      const std::size_t got = chunk.size() - stream_.avail_out;
      const std::size_t room = max_bytes - body.size();
      body.append(chunk.data(), std::min(got, room));
      if (got > room) return Step::full;
      if (code == Z_STREAM_END) return Step::end;
      if (code != Z_OK && code != Z_BUF_ERROR) return Step::broken;
      if (bytes.empty() && stream_.avail_out > 0) return Step::more;
      if (code == Z_BUF_ERROR && got == 0) return Step::more;
    }
  }

  bool again() { return inflateReset(&stream_) == Z_OK; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

class ContentDecoder::Impl {
 public:
  Impl(std::string_view value, std::size_t max_bytes)
      : coding_(base::to_lower(base::trim(value))), max_bytes_(max_bytes) {
    if (coding_ == "x-gzip") coding_ = "gzip";
    if (coding_.empty() || coding_ == "identity") {
      as_it_is_ = true;
    } else if (coding_ != "gzip" && coding_ != "deflate") {
      as_it_is_ = true;
      foreign_ = true;
    }
  }

  bool put(std::string_view bytes, std::string& body) {
    if (bytes.empty()) return true;
    if (foreign_ && problem_.empty()) {
      problem_ = fmt::format("in the content coding {}; mcp-authspec decodes gzip and deflate",
                             base::abbreviate(coding_, kMaxCodingName));
    }
    if (as_it_is_) return copy(bytes, body);
    if (over_ || !problem_.empty()) return true;
    // Kept until the first decoded byte, in case that nothing is compressed at all.
    if (body.empty()) start_.append(bytes.substr(0, max_bytes_ - start_.size()));
    if (!inflater_ && !begin(bytes)) return true;
    const bool fits = inflate_all(bytes, body);
    if (!body.empty()) start_.clear();
    return fits;
  }

  void finish() {
    const bool nothing_came = !inflater_ && start_.empty();
    if (as_it_is_ || over_ || at_end_ || nothing_came || !problem_.empty()) return;
    problem_ = fmt::format("cut off within its {} data", coding_);
  }

  const std::string& problem() const { return problem_; }

 private:
  /// False while there are too few bytes to know the format.
  bool begin(std::string_view& bytes) {
    int window = kGzipWindow;
    if (coding_ == "deflate") {
      if (start_.size() < 2) return false;
      window = has_zlib_header(start_) ? kZlibWindow : kRawWindow;
      bytes = start_;
    }
    inflater_.emplace(window);
    return true;
  }

  bool inflate_all(std::string_view bytes, std::string& body) {
    while (!bytes.empty()) {
      const Step step = inflater_->put(bytes, body, max_bytes_);
      if (step == Step::full) return false;
      if (step == Step::broken) return give_up(body);
      at_end_ = step == Step::end;
      if (step == Step::more) return true;
      members_ = true;
      // A gzip file may have several members (RFC 1952, section 2.2).
      over_ = coding_ != "gzip" || !inflater_->again();
      if (over_) return true;
    }
    return true;
  }

  bool give_up(std::string& body) {
    if (members_) {
      over_ = true;  // padding after the last member
      return true;
    }
    if (!body.empty()) {
      problem_ = fmt::format("broken {} data", coding_);
      return true;
    }
    problem_ = fmt::format("labelled {}, but not compressed", coding_);
    as_it_is_ = true;
    return copy(std::exchange(start_, {}), body);
  }

  bool copy(std::string_view bytes, std::string& body) const {
    const std::size_t room = max_bytes_ - body.size();
    body.append(bytes.substr(0, room));
    return bytes.size() <= room;
  }

  std::string coding_;
  const std::size_t max_bytes_;
  bool as_it_is_ = false;
  bool foreign_ = false;
  bool members_ = false;  ///< one compressed stream has ended
  bool at_end_ = false;   ///< no other has begun since
  bool over_ = false;     ///< what follows is not looked at
  std::string start_;
  std::string problem_;
  std::optional<Inflater> inflater_;
};

ContentDecoder::ContentDecoder(std::string_view coding, std::size_t max_bytes)
    : impl_(std::make_unique<Impl>(coding, max_bytes)) {}
ContentDecoder::~ContentDecoder() = default;

bool ContentDecoder::put(std::string_view bytes, std::string& body) {
  return impl_->put(bytes, body);
}
void ContentDecoder::finish() { impl_->finish(); }
const std::string& ContentDecoder::problem() const { return impl_->problem(); }

}  // namespace wire
