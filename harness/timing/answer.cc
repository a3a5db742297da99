#include "harness/timing/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/base/text.h"

namespace timing {
namespace {

constexpr std::size_t kLongestHead = 32UL << 10;
constexpr std::size_t kLongestBody = 8UL << 20;
constexpr std::size_t kLongestLine = 4UL << 10;
constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::string_view kEndOfLine = "\r\n";

/// FNV-1a, of the lower-case name.
std::uint64_t digest_of_name(std::string_view name) {
  std::uint64_t digest = 0xcbf29ce484222325;
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    digest = (digest ^ static_cast<unsigned char>(lower)) * 0x100000001b3;
  }
  return digest;
}

/// Some servers send these with the last answer only.
bool is_about_connection(std::string_view name) {
  return base::equal_ignoring_case(name, "connection") ||
         base::equal_ignoring_case(name, "keep-alive");
}

bool parse_number(std::string_view text, int radix, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, radix);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string to_text(const Shape& shape) {
  return fmt::format("{} with {} bytes", shape.status, shape.body_bytes);
}

void AnswerReader::restart() {
  phase_ = Phase::head;
  line_.clear();
  shape_ = {};
  keeps_open_ = true;
  chunked_ = has_length_ = false;
  length_ = left_ = 0;
}

AnswerReader::State AnswerReader::take(std::string_view bytes) {
  return phase_ == Phase::head ? read_head(bytes) : read_body(bytes);
}

AnswerReader::State AnswerReader::peer_closed() {
  keeps_open_ = false;
  if (phase_ == Phase::until_close) phase_ = Phase::done;
  return phase_ == Phase::done ? State::complete : State::broken;
}

AnswerReader::State AnswerReader::read_head(std::string_view bytes) {
  const std::size_t known = line_.size();
  line_.append(bytes);
  const std::size_t end = line_.find(kEndOfHead, known < 3 ? 0 : known - 3);
  if (std::min(end, line_.size()) > kLongestHead) return State::broken;
  if (end == std::string::npos) return State::more;
  const std::string_view rest = bytes.substr(end + kEndOfHead.size() - known);
  if (!parse_head(std::string_view(line_).substr(0, end + kEndOfLine.size()))) {
    return State::broken;
  }
  line_.clear();
  if (shape_.status < 200) {  // an interim answer; the real one follows (RFC 9110, section 15.2)
    restart();
    return rest.empty() ? State::more : read_head(rest);
  }
  begin_body();
  return read_body(rest);
}

bool AnswerReader::parse_head(std::string_view head) {
  std::size_t status = 0;
  if (!head.starts_with("HTTP/1.") || head.size() < 14) return false;
  if (!parse_number(head.substr(9, 3), 10, status) || status < 100) return false;
  shape_.status = static_cast<int>(status);
  keeps_open_ = head[7] != '0';
  head.remove_prefix(head.find(kEndOfLine) + kEndOfLine.size());
  while (!head.empty()) {
    const std::size_t end = head.find(kEndOfLine);
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    parse_field(line.substr(0, colon), base::trim(line.substr(colon + 1)));
    head.remove_prefix(end + kEndOfLine.size());
  }
  return true;
}

void AnswerReader::parse_field(std::string_view name, std::string_view value) {
  if (!is_about_connection(name)) shape_.fields += digest_of_name(name);  // whatever the order
  if (base::equal_ignoring_case(name, "content-length")) {
    has_length_ = parse_number(value, 10, length_);
  } else if (base::equal_ignoring_case(name, "transfer-encoding")) {
    chunked_ = base::to_lower(value).find("chunked") != std::string::npos;
  } else if (base::equal_ignoring_case(name, "connection")) {
    const std::string options = base::to_lower(value);
    if (options.find("close") != std::string::npos) keeps_open_ = false;
    if (options.find("keep-alive") != std::string::npos) keeps_open_ = true;
  }
}

void AnswerReader::begin_body() {
  left_ = 0;
  if (shape_.status == 204 || shape_.status == 304) {
    phase_ = Phase::done;
  } else if (chunked_) {
    phase_ = Phase::chunk_size;
  } else if (has_length_) {
    left_ = length_;
    shape_.body_bytes = length_;
    phase_ = left_ == 0 ? Phase::done : Phase::counted;
  } else {
    phase_ = Phase::until_close;
    keeps_open_ = false;
  }
}

AnswerReader::State AnswerReader::read_body(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!consume(bytes) || shape_.body_bytes > kLongestBody) return State::broken;
  }
  return phase_ == Phase::done ? State::complete : State::more;
}

/// Takes what belongs to the present phase; false where that is not what it may be.
bool AnswerReader::consume(std::string_view& bytes) {
  switch (phase_) {
    case Phase::counted:
    case Phase::chunk: {
      const std::size_t part = std::min(left_, bytes.size());
      left_ -= part;
      bytes.remove_prefix(part);
      if (left_ == 0) phase_ = phase_ == Phase::counted ? Phase::done : Phase::after_chunk;
      return true;
    }
    case Phase::until_close:
      shape_.body_bytes += bytes.size();
      bytes = {};
      return true;
    case Phase::chunk_size:
    case Phase::after_chunk:
    case Phase::trailer:
      return consume_line(bytes);
    case Phase::head:
    case Phase::done:
      break;
  }
  return false;
}

bool AnswerReader::consume_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  const std::size_t part = end == std::string_view::npos ? bytes.size() : end + 1;
  line_.append(bytes.substr(0, part));
  bytes.remove_prefix(part);
  if (line_.size() > kLongestLine) return false;
  return line_.ends_with(kEndOfLine) ? end_of_line() : end == std::string_view::npos;
}

/// What a whole line between chunks says.
bool AnswerReader::end_of_line() {
  const std::string_view line = std::string_view(line_).substr(0, line_.size() - 2);
  bool good = true;
  if (phase_ == Phase::chunk_size) {
    good = parse_number(base::trim(line.substr(0, line.find(';'))), 16, left_) &&
           left_ <= kLongestBody;
    shape_.body_bytes += good ? left_ : 0;
    phase_ = left_ == 0 ? Phase::trailer : Phase::chunk;
  } else if (phase_ == Phase::after_chunk) {
    good = line.empty();
    phase_ = Phase::chunk_size;
  } else if (line.empty()) {
    phase_ = Phase::done;
  }
  line_.clear();
  return good;
}

}  // namespace timing
