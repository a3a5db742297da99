// Sends one request over and over on keep-alive connections and prints how many a second were
// answered:
//   authspec-load URL CONNECTIONS SECONDS [FORM]
// With a FORM it is a POST of application/x-www-form-urlencoded, else a GET.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/base/socket.h"
#include "common/base/text.h"
#include "common/base/url.h"

namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::string_view kLength = "content-length:";

[[noreturn]] void give_up(std::string_view message) {
  fmt::print(stderr, "authspec-load: {}\n", message);
  std::exit(2);
}

/// One connection that asks and reads the answer, again and again.
class Client {
 public:
  Client(const base::Url& url, std::string request) : request_(std::move(request)) {
    auto socket = base::connect_tcp(url.host, url.port, base::Deadline::after(kPatience));
    if (!socket) give_up(socket.error().message);
    socket_ = std::move(*socket);
  }

  /// Sends the request and reads the whole answer; false unless it is a 200.
  bool ask() {
    const auto deadline = base::Deadline::after(kPatience);
    if (base::write_all(socket_.get(), request_, deadline) != base::IoStatus::ok) return false;
    std::size_t wanted = 0;
    buffer_.clear();
    while (wanted == 0 || buffer_.size() < wanted) {
      char bytes[16384];
      std::size_t got = 0;
      const auto status = base::read_some(socket_.get(), bytes, sizeof bytes, deadline, got);
      if (status != base::IoStatus::ok) return false;
      buffer_.append(bytes, got);
      if (wanted == 0) wanted = whole_size();
    }
    return buffer_.starts_with("HTTP/1.1 200");
  }

 private:
  /// Bytes of head and body together, or 0 while the head is not complete.
  std::size_t whole_size() const {
    const auto end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    const auto head = base::to_lower(std::string_view(buffer_).substr(0, end + 2));
    const auto field = head.find(kLength);
    if (field == std::string::npos) give_up("the answer has no Content-Length");
    const auto value = base::trim(
        std::string_view(head).substr(field + kLength.size(), head.find("\r\n", field) - field));
    std::size_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    return end + 4 + length;
  }

  base::Descriptor socket_;
  std::string request_;
  std::string buffer_;
};

std::string request_for(const base::Url& url, std::string_view form) {
  const auto method = form.empty() ? "GET" : "POST";
  auto request =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method, url.target(), url.authority());
  if (!form.empty()) {
    request += fmt::format(
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.size());
  }
  return fmt::format("{}\r\n{}", request, form);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) give_up("usage: authspec-load URL CONNECTIONS SECONDS [FORM]");
  const auto url = base::parse_url(argv[1]);
  if (!url) give_up(url.error().message);
  const int connections = std::max(1, std::atoi(argv[2]));
  const std::chrono::duration<double> span(std::max(0.1, std::atof(argv[3])));
  const auto request = request_for(*url, argc > 4 ? argv[4] : "");

  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> refused{0};
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration_cast<std::chrono::nanoseconds>(span);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < connections; ++i) {
      threads.emplace_back([&] {
        Client client(*url, request);
        while (std::chrono::steady_clock::now() < end) {
          if (client.ask()) {
            ++answered;
          } else {
            ++refused;
            return;
          }
        }
      });
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (refused > 0) give_up(fmt::format("{} of {} connections failed", refused.load(), connections));
  fmt::print("{:.0f}\n", static_cast<double>(answered.load()) / took.count());
  return 0;
}
