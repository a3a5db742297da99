#pragma once

#include <string>
#include <string_view>

#include "common/base/url.h"
#include "common/http/server.h"
#include "mock-idp/idp/oauth_form.h"

namespace idp {

/// What a page of the provider may do that others may not.
struct PagePowers {
  bool framable = false;  ///< other sites may show it in a frame of theirs
  bool script = false;    ///< one that submits the page's only form
};

/// A page for people: plain HTML, nothing from elsewhere, not stored. `body` is markup.
http::Response html_page(int status, std::string_view title, const std::string& body,
                         PagePowers powers = {});

/// `<dt>…</dt><dd>…</dd>` with the text escaped; nothing where there is none.
std::string html_row(std::string_view term, std::string_view text);

/// A hidden field of a form.
std::string html_hidden(std::string_view name, std::string_view value);

/// The page for a request that cannot be answered by a redirect.
http::Response error_page(const TokenError& error);

/// A page that posts the fields to `url` by itself, or where scripts are off by a button.
http::Response posting_page(const std::string& url, const base::FormFields& fields);

}  // namespace idp
