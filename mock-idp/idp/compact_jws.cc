#include "mock-idp/idp/compact_jws.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"

namespace idp {
namespace {

base::Result<nlohmann::json> read_segment(std::string_view segment) {
  const auto text = base::base64url_decode(segment);
  if (!text) return base::fail("a segment is not base64url");
  auto json = base::parse_json(*text);
  if (!json || !json->is_object()) return base::fail("a segment is not a JSON object");
  return json;
}

}  // namespace

CompactJws::CompactJws(nlohmann::json header, nlohmann::json claims)
    : header_(std::make_shared<const nlohmann::json>(std::move(header))),
      claims_(std::make_shared<const nlohmann::json>(std::move(claims))) {}

std::string CompactJws::header(std::string_view name) const {
  return base::text_member(*header_, name);
}

std::string CompactJws::claim(std::string_view name) const {
  return base::text_member(*claims_, name);
}

base::Result<CompactJws> read_compact_jws(std::string_view text) {
  const auto segments = base::split(text, '.');
  if (segments.size() != 3) return base::fail("it is no JWT");
  auto header = read_segment(segments[0]);
  if (!header) return tl::unexpected(header.error());
  if (header->contains("crit")) return base::fail("its crit names what is not known here");
  auto claims = read_segment(segments[1]);
  if (!claims) return tl::unexpected(claims.error());
  auto signature = base::base64url_decode(segments[2]);
  if (!signature) return base::fail("its signature is not base64url");
  CompactJws jws(std::move(*header), std::move(*claims));
  jws.input = segments[0] + "." + segments[1];
  jws.signature = std::move(*signature);
  return jws;
}

}  // namespace idp
