#include "mock-idp/idp/fault_kinds.h"

#include <algorithm>

namespace idp {
namespace {

using Does = Misbehaviour::Kind;

constexpr std::string_view kMaintenance =
    "<!doctype html>\n<title>Maintenance</title>\n<p>We will be back soon.</p>\n";
constexpr std::string_view kUnavailable = R"({"error":"temporarily_unavailable"})";
constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kHtml = "text/html; charset=utf-8";

constexpr FaultKind kFaultKinds[] = {
    {.name = "status",
     .summary = "another status, with a body of its own",
     .kind = Does::answer,
     .settings = "status body content_type",
     .status = 503,
     .body = kUnavailable,
     .content_type = kJsonType},
    {.name = "redirect",
     .summary = "a redirect to elsewhere",
     .kind = Does::answer,
     .settings = "status location",
     .status = 302,
     .location = "/healthz"},
    {.name = "garbage",
     .summary = "200 with something that is not what was asked for",
     .kind = Does::answer,
     .settings = "body content_type",
     .body = kMaintenance,
     .content_type = kHtml},
    {.name = "huge",
     .summary = "200 with a key set of so many bytes",
     .kind = Does::huge,
     .settings = "bytes",
     .bytes = 10UL << 20},
    {.name = "gzip-bomb",
     .summary = "the same, a thousandth of it on the wire",
     .kind = Does::gzip_bomb,
     .settings = "bytes",
     .bytes = 64UL << 20},
    {.name = "stall",
     .summary = "nothing for so many seconds, then the end",
     .kind = Does::stall,
     .settings = "seconds",
     .milliseconds = 30'000},
    {.name = "reset",
     .summary = "a TCP reset instead of an answer",
     .kind = Does::reset,
     .settings = ""},
    {.name = "delay",
     .summary = "the true answer, so many seconds later",
     .kind = Does::delay,
     .settings = "seconds",
     .milliseconds = 1'000},
    {.name = "stall-after",
     .summary = "so many bytes of the true body, then nothing for so many seconds",
     .kind = Does::stall_after,
     .settings = "bytes seconds",
     .milliseconds = 30'000,
     .bytes = 16},
    {.name = "reset-after",
     .summary = "so many bytes of the true body, then a TCP reset",
     .kind = Does::reset_after,
     .settings = "bytes",
     .bytes = 16},
    {.name = "truncate",
     .summary = "so many bytes of the true body, then the end",
     .kind = Does::truncate,
     .settings = "bytes",
     .bytes = 16},
    {.name = "dribble",
     .summary = "the true answer, so many bytes every so many seconds",
     .kind = Does::dribble,
     .settings = "bytes seconds",
     .milliseconds = 50,
     .bytes = 1},
    {.name = "content-type",
     .summary = "the true answer as another content type",
     .kind = Does::content_type,
     .settings = "content_type",
     .content_type = "text/html"},
    {.name = "bom",
     .summary = "the true answer with a byte order mark",
     .kind = Does::bom,
     .settings = ""},
};

constexpr NamedFault kNamed[] = {
    {"401", "answers 401", "status", 401, R"({"error":"invalid_client"})"},
    {"404", "answers 404", "status", 404, R"({"error":"not_found"})"},
    {"429", "answers 429", "status", 429, R"({"error":"slow_down"})"},
    {"500", "answers 500", "status", 500, R"({"error":"server_error"})"},
    {"503", "answers 503", "status", 503},
    {"slow", "answers two seconds later", "delay", 0, {}, 2'000},
    {"stall", "does not answer", "stall"},
    {"stall-after", "begins to answer and stops", "stall-after"},
    {"reset", "resets the connection", "reset"},
    {"reset-after", "begins to answer and resets the connection", "reset-after"},
    {"truncate", "ends in the middle of its answer", "truncate"},
    {"dribble", "answers byte by byte", "dribble"},
    {"html", "answers with a page about maintenance", "garbage"},
    {"empty", "answers with an empty object", "status", 200, "{}"},
    {"wrong-type", "answers as text/html", "content-type"},
    {"bom", "answers with a byte order mark", "bom"},
    {"redirect", "redirects to elsewhere", "redirect"},
    {"huge", "answers with 10 MiB", "huge"},
    {"gzip-bomb", "answers with 64 MiB in 64 KiB", "gzip-bomb"},
};

}  // namespace

std::span<const FaultKind> fault_kinds() { return kFaultKinds; }

const FaultKind* find_fault_kind(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kFaultKinds), std::end(kFaultKinds),
                                         [&](const FaultKind& one) { return one.name == name; });
  return found == std::end(kFaultKinds) ? nullptr : found;
}

Misbehaviour misbehaviour_of(const FaultKind& kind) {
  Misbehaviour does;
  does.kind = kind.kind;
  does.status = kind.status;
  does.body = kind.body;
  does.span = std::chrono::milliseconds(kind.milliseconds);
  does.bytes = kind.bytes;
  does.name = kind.name;
  if (kind.kind == Does::content_type) {
    does.body = kind.content_type;
  } else if (!kind.content_type.empty()) {
    does.headers.push_back({"Content-Type", std::string(kind.content_type)});
  }
  if (!kind.location.empty()) does.headers.push_back({"Location", std::string(kind.location)});
  return does;
}

std::span<const NamedFault> named_faults() { return kNamed; }

Misbehaviour misbehaviour_of(const NamedFault& fault) {
  Misbehaviour does = misbehaviour_of(*find_fault_kind(fault.kind));
  if (fault.status != 0) does.status = fault.status;
  if (!fault.body.empty()) does.body = fault.body;
  if (fault.milliseconds != 0) does.span = std::chrono::milliseconds(fault.milliseconds);
  does.name = fault.name;
  return does;
}

}  // namespace idp
