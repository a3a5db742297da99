#include "harness/mcp/stdio.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/wire/connection.h"

namespace mcp {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t kMaxLine = 8UL << 20;
constexpr std::size_t kMaxRaw = 64UL << 10;
constexpr std::size_t kMaxGarbage = 20;
constexpr std::size_t kMaxGarbageLine = 120;
constexpr milliseconds kSlice{100};      ///< between looks at whether to stop
constexpr milliseconds kLastWords{500};  ///< for a server that closed its output to end

/// What a line of a server is.
enum class Line { garbage, response, request, notification };

Line kind_of(const json& message) {
  if (!message.is_object()) return Line::garbage;
  const auto version = message.find("jsonrpc");
  if (version == message.end() || *version != "2.0") return Line::garbage;
  const bool has_id = message.contains("id");
  if (message.contains("method")) return has_id ? Line::request : Line::notification;
  const bool answers = message.contains("result") || message.contains("error");
  return has_id && answers ? Line::response : Line::garbage;
}

/// A batch (2025-03-26) is a message as well, though we never ask for one.
bool is_batch(const json& message) {
  return message.is_array() && !message.empty() &&
         std::all_of(message.begin(), message.end(),
                     [](const json& one) { return kind_of(one) != Line::garbage; });
}

/// An error without an id answers a request that the server could not read.
bool answers(const json& message, std::string_view id) {
  const json& its_id = message.at("id");
  return base::dump(its_id) == id || (its_id.is_null() && message.contains("error"));
}

/// Line breaks would end the message; outside of strings a blank does as well.
std::string one_line(std::string_view message) {
  std::string line(message);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line + '\n';
}

/// What is left of a deadline is a little less than what was asked for, which nobody wants to read.
std::string seconds(milliseconds span) {
  const double exact = static_cast<double>(span.count()) / 1000;
  const double parts = exact < 0.5 ? 100 : 10;
  return fmt::format("{} s", std::ceil(exact * parts) / parts);
}

}  // namespace

base::Result<std::unique_ptr<StdioPeer>> StdioPeer::start(wire::ProcessOptions options,
                                                          std::function<bool()> stop) {
  options.talks = true;
  auto process = wire::Process::start(options);
  if (!process) return tl::unexpected(process.error());
  return std::unique_ptr<StdioPeer>(new StdioPeer(std::move(*process), std::move(stop)));
}

Answer StdioPeer::exchange(std::string_view message, std::string_view id, base::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  wire::Exchange exchange;
  exchange.url = kStdioUrl;
  exchange.request.body = message;
  if (!message.empty()) exchange.raw_request = one_line(message);
  exchange.sent_us = wire::now_us();
  const std::string waited = seconds(deadline.left());
  const base::IoStatus sent = process_->write(exchange.raw_request, deadline);
  // What it says before it goes is worth reading, so a closed input is no reason to stop here.
  if (sent != base::IoStatus::ok && sent != base::IoStatus::closed) {
    fail(exchange, sent, waited);
  } else if (id.empty()) {
    exchange.response = wire::Response{.complete = true};
  } else {
    await(exchange, id, deadline);
  }
  exchange.done_us = wire::now_us();
  return interpret(std::move(exchange), id);
}

void StdioPeer::await(wire::Exchange& exchange, std::string_view id, base::Deadline deadline) {
  const std::string waited = seconds(deadline.left());
  for (;;) {
    std::size_t end = 0;
    while ((end = buffer_.find('\n')) != std::string::npos) {
      const std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (exchange.first_byte_us == 0) exchange.first_byte_us = wire::now_us();
      if (take_line(line, id, exchange)) return;
    }
    if (buffer_.size() > kMaxLine) {
      exchange.failure = wire::Failure::too_large;
      exchange.failure_text = fmt::format(
          "the server wrote a line of more than {} MiB to its standard output", kMaxLine >> 20);
      note_garbage(buffer_);
      buffer_.clear();
      return;
    }
    // A server that writes without end would else keep us here for as long as it likes.
    const base::IoStatus status = deadline.passed() ? base::IoStatus::timeout : read(deadline);
    if (status != base::IoStatus::ok) return fail(exchange, status, waited);
  }
}

base::IoStatus StdioPeer::read(base::Deadline deadline) {
  for (;;) {
    const auto slice = base::Deadline::earlier(deadline, base::Deadline::after(kSlice));
    const base::IoStatus status = process_->read(buffer_, slice);
    const bool over = deadline.passed() || (stop_ && stop_());
    if (status != base::IoStatus::timeout || over) return status;
  }
}

bool StdioPeer::take_line(const std::string& line, std::string_view id, wire::Exchange& exchange) {
  if (exchange.raw_response.size() < kMaxRaw) {
    exchange.raw_response += base::abbreviate(line, kMaxRaw) + '\n';
  }
  const auto read = base::parse_json(line);
  const json message = read ? *read : json();
  switch (kind_of(message)) {
    case Line::response:
      // A late answer to an earlier question is none to this one.
      if (!answers(message, id)) return false;
      exchange.response = wire::Response{.body = line, .complete = true};
      return true;
    case Line::request:
      answer_request(message);
      return false;
    case Line::notification:
      if (stray_.size() < kMaxRaw) stray_ += base::abbreviate(line, kMaxRaw) + '\n';
      return false;
    case Line::garbage:
      if (!is_batch(message)) note_garbage(line);
      return false;
  }
  return false;
}

/// Servers of the older revisions may ask as well; we only ever offer them a pulse.
void StdioPeer::answer_request(const json& request) {
  const bool ping = request.at("method") == "ping";
  json answer = {{"jsonrpc", "2.0"}, {"id", request.at("id")}};
  if (ping) {
    answer["result"] = json::object();
  } else {
    answer["error"] = {{"code", -32601}, {"message", "This client offers nothing of the kind"}};
  }
  process_->write(one_line(base::dump(answer)), base::Deadline::after(kLastWords));
}

void StdioPeer::note_garbage(const std::string& line) {
  if (garbage_.size() < kMaxGarbage) {
    garbage_.push_back(base::abbreviate(base::trim(line), kMaxGarbageLine));
  }
  if (stray_.size() < kMaxRaw) stray_ += base::abbreviate(line, kMaxRaw) + '\n';
}

void StdioPeer::fail(wire::Exchange& exchange, base::IoStatus status, std::string_view waited) {
  std::string& text = exchange.failure_text;
  if (!buffer_.empty()) note_garbage(buffer_);
  buffer_.clear();
  if (status == base::IoStatus::timeout) {
    exchange.failure = wire::Failure::timeout;
    text = fmt::format("the server did not answer over its standard output within {}", waited);
  } else {
    exchange.failure = wire::Failure::closed;
    const auto ended = process_->wait(base::Deadline::after(kLastWords));
    text = ended ? fmt::format("the server ended before it answered: {}", *ended)
                 : "the server closed its standard output before it answered";
  }
  if (!garbage_.empty()) {
    text += fmt::format("; it wrote {} to its standard output, which is no JSON-RPC message",
                        base::json_string(garbage_.front()));
  }
  if (const std::string words = process_->last_words(); !words.empty()) {
    text += "; its last words: " + words;
  }
}

std::optional<std::string> StdioPeer::finish(base::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  process_->close_input();
  // What it still has to say must not keep it from ending.
  while (!deadline.passed() && buffer_.size() < kMaxLine &&
         process_->read(buffer_, deadline) == base::IoStatus::ok) {
  }
  return process_->wait(deadline);
}

std::vector<std::string> StdioPeer::garbage() const {
  const std::lock_guard lock(mutex_);
  return garbage_;
}

std::string StdioPeer::stray_output() const {
  const std::lock_guard lock(mutex_);
  return stray_;
}

}  // namespace mcp
