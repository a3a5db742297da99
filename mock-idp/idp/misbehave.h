#pragma once

#include <string>

#include "common/http/server.h"
#include "mock-idp/idp/misbehaviour.h"

namespace idp {

/// What goes out instead of `truth`, which is empty unless the misbehaviour tells it.
/// `without_body` as for HEAD; `date` is the header's.
http::Response misbehave(const Misbehaviour& does, http::Response truth, bool without_body,
                         const std::string& date);

}  // namespace idp
