#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "common/base/socket.h"
#include "common/base/text.h"
#include "common/base/url.h"

namespace http {

/// For tests: a keep-alive connection that sends one request after the other. Answers need a
/// Content-Length.
class TestClient {
 public:
  struct Answer {
    int status = 0;  ///< 0: none came
    std::string body;
  };

  explicit TestClient(const std::string& origin) : url_(base::parse_url(origin).value()) {
    if (auto socket = base::connect_tcp(url_.host, url_.port, deadline())) {
      socket_ = std::move(*socket);
    }
  }

  Answer get(std::string_view path) { return ask("GET " + std::string(path), ""); }
  Answer post_form(std::string_view path, std::string_view form) {
    return ask("POST " + std::string(path), form);
  }

 private:
  static base::Deadline deadline() { return base::Deadline::after(std::chrono::seconds(60)); }

  Answer ask(const std::string& what, std::string_view form) {
    std::string bytes = what + " HTTP/1.1\r\nHost: " + url_.authority() + "\r\n";
    if (!form.empty()) {
      bytes += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
               std::to_string(form.size()) + "\r\n";
    }
    bytes += "\r\n";
    bytes += form;
    if (base::write_all(socket_.get(), bytes, deadline()) != base::IoStatus::ok) return {};
    return read();
  }

  Answer read() {
    std::string bytes;
    std::size_t whole = 0;
    while (whole == 0 || bytes.size() < whole) {
      char buffer[4096];
      std::size_t got = 0;
      if (base::read_some(socket_.get(), buffer, sizeof buffer, deadline(), got) !=
          base::IoStatus::ok) {
        return {};
      }
      bytes.append(buffer, got);
      const std::size_t end = bytes.find("\r\n\r\n");
      if (whole == 0 && end != std::string::npos) whole = end + 4 + length(bytes.substr(0, end));
    }
    Answer answer;
    std::from_chars(bytes.data() + sizeof "HTTP/1.1", bytes.data() + bytes.size(), answer.status);
    answer.body = bytes.substr(bytes.find("\r\n\r\n") + 4);
    return answer;
  }

  static std::size_t length(const std::string& head) {
    constexpr std::string_view kName = "content-length:";
    const std::string text = base::to_lower(head);
    const std::size_t begin = text.find(kName);
    if (begin == std::string::npos) return 0;
    return std::stoul(text.substr(begin + kName.size()));
  }

  base::Url url_;
  base::Descriptor socket_;
};

}  // namespace http
