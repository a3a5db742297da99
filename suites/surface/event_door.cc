// The transport of revision 2024-11-05: GET opens a stream, whose first event names where to POST.
#include <fmt/core.h>

#include <array>
#include <utility>

#include "common/base/text.h"
#include "harness/wire/sse.h"
#include "suites/surface/doors.h"
#include "suites/surface/rows.h"

namespace suites::surface {
namespace {

using check::Credential;
using check::Finding;
using check::Probe;

constexpr std::chrono::milliseconds kForAnEndpoint{1'500};
constexpr const char* kListId = "\"authspec-list\"";

/// What the stream brings is answered while it is read: the endpoint is posted to as soon as it is
/// known, and the stream ends once it holds the list.
class OldSession {
 public:
  OldSession(Probe& probe, const Credential& credential) : probe_(probe), credential_(credential) {}

  mcp::Answer open(const std::string& path) {
    wire::Request request{.target = path, .headers = {{"Accept", "text/event-stream"}}};
    for (const auto& header : credential_.headers) request.headers.push_back(header);
    const auto enough = [this](const wire::Response& response) { return follow(response); };
    mcp::Answer stream =
        mcp::interpret(probe_.fetch_until(std::move(request), enough, kForAnEndpoint), kListId);
    // Some servers answer the POST itself.
    return posted_ && !posted_->result.empty() && stream.result.empty() ? *posted_ : stream;
  }

  const std::string& endpoint() const { return endpoint_; }

 private:
  /// True when nothing more is waited for.
  bool follow(const wire::Response& response) {
    const std::string* type = response.header("Content-Type");
    const bool stream = response.status == 200 && type != nullptr &&
                        base::to_lower(*type).starts_with("text/event-stream");
    if (!stream) return true;
    if (endpoint_.empty()) {
      for (const wire::Event& event : wire::parse_events(response.body)) {
        if (event.event == "endpoint") return !begin(event.data);
      }
      return false;
    }
    return mcp::has_response(response, kListId);
  }

  /// False if the endpoint is not the host's own: nothing is sent elsewhere.
  bool begin(const std::string& named) {
    const std::string own = probe_.target().url.origin();
    endpoint_ = named.starts_with(own) ? named.substr(own.size()) : named;
    if (!endpoint_.starts_with('/') || endpoint_.starts_with("//")) return false;
    const mcp::Framing framing{.target = endpoint_, .revision = mcp::kOldest};
    const auto send = [&](wire::Request request, std::string_view id) {
      posted_ = ask(probe_, std::move(request), credential_, id, kForAnEndpoint);
      return posted_->status() / 100 == 2;
    };
    constexpr const char* kFirstId = "\"authspec-initialize\"";
    return send(mcp::frame_initialize(framing, kFirstId), kFirstId) &&
           send(mcp::frame_initialized(framing), "") &&
           send(mcp::frame(framing, mcp::Operation::list_tools(), kListId), kListId);
  }

  Probe& probe_;
  const Credential& credential_;
  std::string endpoint_;
  std::optional<mcp::Answer> posted_;
};

std::vector<std::string> stream_paths(const Probe& probe) {
  const std::string own = probe.target().url.path;
  std::vector<std::string> paths = {"/sse", own};
  for (const char* suffix : {"/sse", "/stream"}) {
    paths.push_back(own == "/" ? suffix : own + suffix);
  }
  if (const std::size_t slash = own.rfind('/'); slash != std::string::npos && slash > 0) {
    paths.push_back(own.substr(0, slash) + "/sse");
  }
  return paths;
}

Finding old_transport(Probe& probe) {
  if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
  const auto kept = behind_the_endpoint(probe);
  if (!kept) return Finding::undecided("valid credentials got no list of tools to compare with");
  std::string seen;
  for (const std::string& path : stream_paths(probe)) {
    for (const Forged& forged : strangers(probe)) {
      OldSession session(probe, forged.credential);
      const mcp::Answer answer = session.open(path);
      if (!session.endpoint().empty()) {
        seen += fmt::format("; {} names {}", path, session.endpoint());
      }
      if (!gives_away(answer, *kept)) continue;
      probe.decisive(answer.exchange, true);
      Finding finding = let_in("the HTTP+SSE transport at " + path, {forged.label}, Got::result,
                               "tools/list is answered on the stream");
      finding.reason = "the older transport leads to the same tools without a check";
      return finding;
    }
  }
  return Finding::met("no session of the older transport begins" + seen);
}

const check::Suite kEventDoorCases{
    "surface", check::modes::protected_http(),
    cases_on_ways({
        {.id = "http-sse",
         .title = "Begins no session of the 2024-11-05 transport without verified credentials",
         .sends = "GET of /sse, of the endpoint and of paths below it without credentials and with "
                  "garbage; then initialize and tools/list where an endpoint event points to.",
         .faults = {"transport.http-sse-open"},
         .body = old_transport},
    })};

}  // namespace
}  // namespace suites::surface
