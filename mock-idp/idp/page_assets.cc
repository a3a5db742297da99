#include "mock-idp/idp/page_assets.h"

#include "common/base/headers.h"

// The files of mock-idp/idp/page, built in by mock-idp/library.cmake.
namespace embedded {
extern const std::string_view page_html, page_css, page_icon, page_api, page_clock, page_connect,
    page_dom, page_faults, page_issuers, page_journal, page_keys, page_main, page_mint, page_token;
}  // namespace embedded

namespace idp {
namespace {

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kScript = "text/javascript; charset=utf-8";

constexpr PageAsset kAssets[] = {
    {"/", kHtml, &embedded::page_html},
    {"/_page/page.css", "text/css; charset=utf-8", &embedded::page_css},
    {"/_page/icon.svg", "image/svg+xml", &embedded::page_icon},
    {"/_page/api.js", kScript, &embedded::page_api},
    {"/_page/clock.js", kScript, &embedded::page_clock},
    {"/_page/connect.js", kScript, &embedded::page_connect},
    {"/_page/dom.js", kScript, &embedded::page_dom},
    {"/_page/faults.js", kScript, &embedded::page_faults},
    {"/_page/issuers.js", kScript, &embedded::page_issuers},
    {"/_page/journal.js", kScript, &embedded::page_journal},
    {"/_page/keys.js", kScript, &embedded::page_keys},
    {"/_page/main.js", kScript, &embedded::page_main},
    {"/_page/mint.js", kScript, &embedded::page_mint},
    {"/_page/token.js", kScript, &embedded::page_token},
};

/// Nothing from elsewhere, nothing inline, no text that becomes markup, in nobody's frame.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

}  // namespace

std::span<const PageAsset> page_assets() { return kAssets; }

http::Response page_asset(const Call& call) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  for (const PageAsset& asset : kAssets) {
    if (call.request.path != asset.path) continue;
    http::Response response = http::Response::text(200, std::string(*asset.bytes));
    base::set_header(response.headers, "Content-Type", asset.type);
    response.headers.push_back({"Cache-Control", "no-cache"});
    response.headers.push_back({"Content-Security-Policy", std::string(kPolicy)});
    response.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
    response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
    response.headers.push_back({"Referrer-Policy", "no-referrer"});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    response.headers.push_back({"X-Frame-Options", "DENY"});
    return response;
  }
  return http::Response::json(404, R"({"error":"not_found"})");
}

}  // namespace idp
