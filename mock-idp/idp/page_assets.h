#pragma once

#include <span>
#include <string_view>

#include "mock-idp/idp/provider.h"

namespace idp {

/// One file of the page at `/`.
struct PageAsset {
  std::string_view path;  ///< where it is served
  std::string_view type;  ///< of its content
  const std::string_view* bytes;
};

/// The files of mock-idp/idp/page, the page itself first.
std::span<const PageAsset> page_assets();

/// The page, or a file of it. 404 where there is none of that path.
http::Response page_asset(const Call& call);

}  // namespace idp
