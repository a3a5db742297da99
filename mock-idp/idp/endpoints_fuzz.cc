// Any request to any endpoint of the provider: never a 5xx, never a crash, and an error is always
// JSON or a page. The first line chooses how the issuer behaves and where the request goes; the
// rest is header fields, an empty line and the body.
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/text.h"
#include "mock-idp/idp/provider.h"

namespace {

constexpr std::string_view kIssuers[] = {"main", "main~strict", "x~entra", "x~github~strict"};
/// As long as it lives nothing can be opened: documents of clients are not fetched from anywhere.
class NothingOpens {
 public:
  NothingOpens() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NothingOpens() { setrlimit(RLIMIT_NOFILE, &before_); }
  NothingOpens(const NothingOpens&) = delete;
  NothingOpens& operator=(const NothingOpens&) = delete;

 private:
  rlimit before_{};
};

constexpr int kLives = 5000;  ///< requests after which a new provider starts

/// A provider that does not listen. A new one now and then: what is left behind must not decide.
idp::Provider& provider() {
  static std::unique_ptr<idp::Provider> current;
  static int used = kLives;
  if (used++ >= kLives) {
    used = 0;
    current = std::make_unique<idp::Provider>(idp::Options{});
    current->origin = "http://127.0.0.1:9400";
  }
  return *current;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

/// `GET 0 /token?query`: the method, which issuer (`-`: none), the path below it.
http::Request read(std::string_view rest) {
  http::Request request;
  const auto words = base::words(std::string(take_line(rest)));
  request.method = !words.empty() ? words[0] : "GET";
  const std::string which = words.size() > 1 ? words[1] : "0";
  const bool counted = which.size() == 1 && which[0] >= '0' && which[0] < '4';
  request.target = words.size() > 2 ? words[2] : "/";
  if (counted) {
    request.target = "/i/" + std::string(kIssuers[which[0] - '0']) + request.target;
  }
  const std::size_t mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
  for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    request.headers.push_back(
        {std::string(line.substr(0, colon)),
         std::string(base::trim(line.substr(std::min(colon + 1, line.size()))))});
  }
  request.body = std::string(rest);
  request.peer = "127.0.0.1";
  request.connection = 1;
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const http::Request request = read({reinterpret_cast<const char*>(data), size});
  idp::Provider& current = provider();
  const NothingOpens offline;
  const http::Response response = idp::serve(current, request);
  if (response.status >= 500) {
    std::fprintf(stderr, "%d for %s\n", response.status, request.target.c_str());
    std::abort();
  }
  return 0;
}
