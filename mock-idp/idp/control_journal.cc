#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "mock-idp/idp/control.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

constexpr long long kUsualLimit = 1000;
constexpr std::string_view kJsonLines = "application/jsonl";
/// How long a wait goes without looking whether the provider stops.
constexpr auto kLook = 100ms;
constexpr auto kHeartbeat = 15s;
/// Each holds a connection's thread.
constexpr int kMaxWaiting = 64;
/// At once, so that a long journal is not copied whole.
constexpr std::size_t kBatch = 200;

bool has_text(const Entry& entry, std::string_view text) {
  const auto in = [&](const std::string& where) { return where.find(text) != std::string::npos; };
  return in(entry.target) || in(entry.body) ||
         std::any_of(entry.headers.begin(), entry.headers.end(),
                     [&](const base::Header& field) { return in(field.name) || in(field.value); });
}

/// What the arguments of a command choose.
Journal::Predicate chosen_by(const ControlCall& call) {
  return [issuer = call.text("issuer"), endpoint = call.text("endpoint"),
          method = call.text("method"), text = call.text("contains"),
          since = static_cast<std::uint64_t>(call.integer("since"))](const Entry& entry) {
    return entry.sequence > since && (issuer.empty() || entry.issuer == issuer) &&
           (endpoint.empty() || entry.endpoint == endpoint) &&
           (method.empty() || entry.method == method) && (text.empty() || has_text(entry, text));
  };
}

/// One of the few that may keep a thread waiting; false where there are too many already.
class Waiting {
 public:
  explicit Waiting(Provider& provider) : count_(provider.waiting) {
    admitted_ = ++count_ <= kMaxWaiting;
  }
  ~Waiting() { --count_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  explicit operator bool() const { return admitted_; }

 private:
  std::atomic<int>& count_;
  bool admitted_ = false;
};

tl::unexpected<Refusal> too_many() {
  return tl::unexpected(Refusal{503, {}, "too many are waiting for the journal already"});
}

/// Until `how_many` entries are there, the time is over or the provider stops.
void wait_for(Provider& provider, const Journal::Predicate& which, std::size_t how_many,
              base::Deadline deadline) {
  while (!provider.stopping && !deadline.passed()) {
    const auto look = base::Deadline::earlier(base::Deadline::after(kLook), deadline);
    if (provider.journal.wait(which, how_many, look)) return;
  }
}

bool wants_lines(const ControlCall& call) {
  const std::string* const accept =
      call.request == nullptr ? nullptr : call.request->header("Accept");
  return accept != nullptr && (accept->find(kJsonLines) != std::string::npos ||
                               accept->find("application/x-ndjson") != std::string::npos);
}

http::Response lines(const std::vector<Entry>& entries) {
  http::Response response;
  response.headers = {{"Content-Type", std::string(kJsonLines)}, {"Cache-Control", "no-store"}};
  for (const Entry& entry : entries) response.body += control_text(entry_json(entry)) + "\n";
  return response;
}

/// Server-sent events, one per entry, whose id is its sequence number.
class EventStream {
 public:
  EventStream(Provider& provider, Journal::Predicate which, std::uint64_t since)
      : provider_(provider), which_(std::move(which)), last_(since), waiting_(provider) {}
  bool admitted() const { return static_cast<bool>(waiting_); }

  void run(http::Stream& stream) {
    if (!stream.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
                      "Connection: close\r\n\r\nretry: 1000\n\n")) {
      return;
    }
    auto heartbeat = base::Deadline::after(kHeartbeat);
    while (!provider_.stopping && stream.wait(0ms)) {
      if (!provider_.journal.wait_beyond(last_, base::Deadline::after(kLook))) {
        if (!heartbeat.passed()) continue;
        heartbeat = base::Deadline::after(kHeartbeat);
        if (!stream.write(":\n\n")) return;
      } else if (!send_news(stream)) {
        return;
      }
    }
  }

 private:
  bool send_news(http::Stream& stream) {
    // Read first: what comes meanwhile is found the next time.
    const std::uint64_t newest = provider_.journal.last_sequence();
    for (;;) {
      const auto entries = provider_.journal.since(last_, which_, kBatch);
      std::string text;
      for (const Entry& entry : entries) {
        text += fmt::format("id: {}\nevent: request\ndata: {}\n\n", entry.sequence,
                            control_text(entry_json(entry)));
        last_ = entry.sequence;
      }
      if (!text.empty() && !stream.write(text)) return false;
      if (entries.size() < kBatch) break;
    }
    last_ = std::max(last_, newest);
    return true;
  }

  Provider& provider_;
  Journal::Predicate which_;
  std::uint64_t last_;
  Waiting waiting_;
};

/// Where a browser goes on that lost the connection.
std::uint64_t resume_at(const ControlCall& call) {
  auto since = static_cast<std::uint64_t>(call.integer("since"));
  const std::string* const id =
      call.request == nullptr ? nullptr : call.request->header("Last-Event-ID");
  if (id != nullptr) std::from_chars(id->data(), id->data() + id->size(), since);
  return since;
}

}  // namespace

ControlJson entry_json(const Entry& entry) {
  ControlJson headers = ControlJson::array();
  for (const base::Header& field : entry.headers) headers.push_back({field.name, field.value});
  ControlJson json{{"sequence", entry.sequence},
                   {"time", base::iso_time(entry.time)},
                   {"monotonic_us", entry.monotonic_us},
                   {"connection", entry.connection},
                   {"issuer", entry.issuer},
                   {"endpoint", entry.endpoint},
                   {"method", entry.method},
                   {"target", entry.target},
                   {"headers", std::move(headers)},
                   {"body", entry.body},
                   {"status", entry.status}};
  if (!entry.fault.empty()) json["fault"] = entry.fault;
  return json;
}

Obeyed<http::Response> read_journal(const ControlCall& call) {
  Journal& journal = call.provider.journal;
  const Journal::Predicate which = chosen_by(call);
  const auto wanted = static_cast<std::size_t>(call.integer("count", 1));
  if (call.has("wait")) {
    const Waiting waiting(call.provider);
    if (!waiting) return too_many();
    const auto span = std::chrono::duration<double>(call.number("wait"));
    wait_for(call.provider, which, wanted,
             base::Deadline::after(std::chrono::duration_cast<std::chrono::milliseconds>(span)));
  }
  const auto limit = static_cast<std::size_t>(call.integer("limit", kUsualLimit));
  const auto since = static_cast<std::uint64_t>(call.integer("since"));
  const std::uint64_t last = journal.last_sequence();
  const std::size_t count = journal.count(which);
  const auto entries = journal.since(since, which, limit, /*newest=*/true);
  if (wants_lines(call)) return lines(entries);
  ControlJson list = ControlJson::array();
  for (const Entry& entry : entries) list.push_back(entry_json(entry));
  return control_answer({{"count", count},
                         {"complete", count >= wanted},
                         {"last", last},
                         {"dropped", journal.dropped()},
                         {"entries", std::move(list)}});
}

Obeyed<http::Response> stream_journal(const ControlCall& call) {
  if (call.request == nullptr) {
    return tl::unexpected(Refusal{400, {}, "a stream takes a connection"});
  }
  auto events = std::make_shared<EventStream>(call.provider, chosen_by(call), resume_at(call));
  if (!events->admitted()) return too_many();
  http::Response response;
  response.takeover = [events](http::Stream& stream) { events->run(stream); };
  return response;
}

Obeyed<http::Response> clear_journal(const ControlCall& call) {
  call.provider.journal.clear();
  return control_answer({{"last", call.provider.journal.last_sequence()}});
}

}  // namespace idp
