// Whatever bytes come, in whatever pieces: the parser ends, keeps its bounds, and finds the same
// request however the bytes were cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/http/request_parser.h"

namespace {

constexpr std::size_t kMaxHead = 4096;
constexpr std::size_t kMaxBody = 1024;

struct Parsed {
  http::Request request;
  int error = 0;
  bool done = false;
};

Parsed parse(std::string_view bytes, std::size_t step) {
  Parsed parsed;
  http::RequestParser parser(kMaxHead, kMaxBody);
  parser.begin(parsed.request);
  std::size_t begin = 0;
  std::size_t end = 0;
  while (end < bytes.size() && !parser.done() && parser.error_status() == 0) {
    end = std::min(end + step, bytes.size());
    begin += parser.put(bytes.data() + begin, end - begin);
    if (begin > end) std::abort();
  }
  parsed.error = parser.error_status();
  parsed.done = parser.done();
  return parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Parsed whole = parse(bytes, std::max<std::size_t>(bytes.size(), 1));
  if (whole.request.body.size() > kMaxBody) std::abort();
  if (whole.error != 0 && (whole.error < 400 || whole.error > 599)) std::abort();
  const Parsed cut = parse(bytes, 7);
  if (whole.done != cut.done) std::abort();
  if (whole.done &&
      (whole.request.target != cut.request.target || whole.request.body != cut.request.body ||
       whole.request.headers.size() != cut.request.headers.size())) {
    std::abort();
  }
  return 0;
}
