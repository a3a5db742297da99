#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "common/base/result.h"

namespace idp {

/// A JWT that somebody sent, taken apart (RFC 7515, section 7.1). Nothing of it is believed yet.
class CompactJws {
 public:
  CompactJws(nlohmann::json header, nlohmann::json claims);
  const nlohmann::json& header() const { return *header_; }  ///< an object
  const nlohmann::json& claims() const { return *claims_; }  ///< an object
  /// A member that is a string; else empty.
  std::string header(std::string_view name) const;
  std::string claim(std::string_view name) const;

  std::string input;  ///< what was signed
  std::string signature;

 private:
  std::shared_ptr<const nlohmann::json> header_;
  std::shared_ptr<const nlohmann::json> claims_;
};

/// The error says what is wrong with its form: three segments of base64url, two JSON objects, no
/// `crit`, since no extension is known here.
base::Result<CompactJws> read_compact_jws(std::string_view text);

}  // namespace idp
