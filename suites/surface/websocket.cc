// Some servers speak MCP over WebSocket as well (RFC 6455), by an upgrade that a check of POST
// requests never sees.
#include "suites/surface/websocket.h"

#include <fmt/core.h>

#include <array>
#include <memory>
#include <utility>

#include "common/base/base64.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "common/tls/stream.h"
#include "suites/surface/doors.h"
#include "suites/surface/rows.h"

namespace suites::surface {
namespace {

using check::Credential;
using check::Finding;
using check::Probe;

constexpr std::chrono::milliseconds kForAMessage{1'500};
constexpr std::size_t kMostBytes = 1UL << 20;
constexpr unsigned char kFinalText = 0x81;
constexpr unsigned char kMasked = 0x80;
constexpr std::size_t kShort = 125;
constexpr std::size_t kTwoBytes = 126;
constexpr const char* kSocketListId = "\"authspec-ws-list\"";

wire::Request upgrade(const std::string& path, const Credential& credential) {
  wire::Request request{.target = path};
  request.headers = {{"Connection", "Upgrade"},
                     {"Upgrade", "websocket"},
                     {"Sec-WebSocket-Version", "13"},
                     {"Sec-WebSocket-Key", base::base64_encode(base::random_bytes(16))},
                     {"Sec-WebSocket-Protocol", "mcp"}};
  for (const auto& header : credential.headers) request.headers.push_back(header);
  return request;
}

/// A handshake and a request for the list, in the oldest way and in the run's own.
std::string conversation(Probe& probe) {
  const mcp::Framing old{.revision = mcp::kOldest};
  const mcp::Framing own = probe.target().framing();
  std::string frames = client_frame(mcp::frame_initialize(old, "\"authspec-ws\"").body);
  frames += client_frame(mcp::frame_initialized(old).body);
  frames += client_frame(mcp::frame_body(old, mcp::Operation::list_tools(), kSocketListId));
  if (probe.target().era() == mcp::Era::modern) {
    frames += client_frame(mcp::frame_body(own, mcp::Operation::list_tools(), kSocketListId));
  }
  return frames;
}

/// One message as if it had come over HTTP.
mcp::Answer as_answer(const std::string& message) {
  wire::Exchange exchange;
  exchange.response = wire::Response{.status = 200, .body = message, .complete = true};
  return mcp::interpret(std::move(exchange), kSocketListId);
}

/// What comes after the upgrade, until it has the list or the time is over.
bool list_comes(Probe& probe, tls::Stream& stream, std::string bytes, const Protected& kept) {
  const auto deadline =
      base::Deadline::earlier(base::Deadline::after(kForAMessage), probe.deadline());
  if (stream.write(conversation(probe), deadline) != base::IoStatus::ok) return false;
  std::array<char, 4096> buffer;
  while (bytes.size() < kMostBytes) {
    for (const std::string& text : texts_in_frames(bytes)) {
      if (gives_away(as_answer(text), kept)) return true;
    }
    std::size_t got = 0;
    if (stream.read(buffer.data(), buffer.size(), deadline, got) != base::IoStatus::ok) break;
    bytes.append(buffer.data(), got);
  }
  return false;
}

/// Upgrades on a stream of its own. True if the list came.
bool serves_list(Probe& probe, const wire::Request& request, const Protected& kept) {
  const base::Url& url = probe.target().url;
  tls::Connector connector(url, probe.context().tls_options());
  const auto deadline = probe.deadline();
  tls::Opened opened = connector.open(deadline);
  if (!opened.stream) return false;
  if (opened.stream->write(request.bytes(url.authority()), deadline) != base::IoStatus::ok) {
    return false;
  }
  std::string bytes;
  std::array<char, 4096> buffer;
  std::size_t head = std::string::npos;
  while ((head = bytes.find("\r\n\r\n")) == std::string::npos && bytes.size() < kMostBytes) {
    std::size_t got = 0;
    if (opened.stream->read(buffer.data(), buffer.size(), deadline, got) != base::IoStatus::ok) {
      return false;
    }
    bytes.append(buffer.data(), got);
  }
  return head != std::string::npos &&
         list_comes(probe, *opened.stream, bytes.substr(head + 4), kept);
}

std::vector<std::string> socket_paths(const Probe& probe) {
  const std::string own = probe.target().url.path;
  std::vector<std::string> paths = {own, "/ws", "/websocket"};
  if (own != "/") paths.push_back(own + "/ws");
  return paths;
}

Finding no_socket(Probe& probe) {
  if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
  const auto kept = behind_the_endpoint(probe);
  if (!kept) return Finding::undecided("valid credentials got no list of tools to compare with");
  constexpr int kSwitchingProtocols = 101;
  std::string seen = "no WebSocket serves the endpoint's tools";
  for (const std::string& path : socket_paths(probe)) {
    for (const Forged& forged : strangers(probe)) {
      wire::Request request = upgrade(path, forged.credential);
      const wire::Exchange asked = probe.fetch_until(
          request, [](const wire::Response&) { return true; }, kForAMessage);
      if (asked.status() != kSwitchingProtocols) continue;
      probe.context().complete(request);
      if (!serves_list(probe, request, *kept)) {
        seen += fmt::format("; {} is upgraded with {}, and gives nothing", path, forged.label);
        continue;
      }
      probe.decisive(asked, true);
      Finding finding = let_in("the WebSocket at " + path, {forged.label}, Got::result,
                               "101, and tools/list is answered");
      finding.reason = "the WebSocket leads to the same tools without a check";
      return finding;
    }
  }
  return Finding::met(seen);
}

const check::Suite kSocketCases{
    "surface", check::modes::protected_http(),
    cases_on_ways({
        {.id = "websocket",
         .title = "Serves MCP over no WebSocket without verified credentials",
         .sends = "A WebSocket upgrade of the endpoint, /ws and /websocket without credentials and "
                  "with garbage; after 101, initialize and tools/list.",
         .faults = {"transport.websocket-open"},
         .body = no_socket},
    })};

}  // namespace

std::string client_frame(std::string_view text) {
  std::string frame(1, static_cast<char>(kFinalText));
  if (text.size() <= kShort) {
    frame += static_cast<char>(kMasked | text.size());
  } else {
    // Messages of ours are far below 64 KiB.
    frame += static_cast<char>(kMasked | kTwoBytes);
    frame += static_cast<char>(text.size() >> 8 & 0xFF);
    frame += static_cast<char>(text.size() & 0xFF);
  }
  const std::string mask = base::random_bytes(4);
  frame += mask;
  for (std::size_t i = 0; i < text.size(); ++i) {
    frame += static_cast<char>(text[i] ^ mask[i % mask.size()]);
  }
  return frame;
}

std::vector<std::string> texts_in_frames(std::string_view bytes) {
  constexpr std::size_t kEightBytes = 127;
  std::vector<std::string> texts;
  const auto byte = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
  };
  while (bytes.size() >= 2) {
    const bool text = byte(0) == kFinalText;
    std::size_t size = byte(1) & 0x7F;
    std::size_t start = 2;
    const std::size_t more = size == kTwoBytes ? 2 : size == kEightBytes ? 8 : 0;
    if (bytes.size() < start + more) break;
    if (more > 0) size = 0;
    for (std::size_t i = 0; i < more; ++i) size = size << 8 | byte(start + i);
    start += more;
    if ((byte(1) & kMasked) != 0) break;  // no server masks
    if (size > bytes.size() - start) break;
    if (text) texts.emplace_back(bytes.substr(start, size));
    bytes.remove_prefix(start + size);
  }
  return texts;
}

}  // namespace suites::surface
