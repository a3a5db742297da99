#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/url.h"

namespace oauth {

/// A button that submits its form.
struct Button {
  std::string name;
  std::string value;
  std::string label;  ///< the text between its tags, or the value of an input
};

/// A form of a page, as far as it can be sent without a person.
struct Form {
  std::string method = "get";             ///< lower case
  std::string action;                     ///< as written; empty: the page itself
  base::FormFields fields;                ///< hidden and filled-in ones, checked boxes
  std::vector<std::string> empty_fields;  ///< where somebody would have to write something
  std::vector<std::string> passwords;     ///< of these, what asks for a password
  std::vector<Button> buttons;
};

/// The forms of an HTML page, in order. Lenient: what cannot be read is passed over.
std::vector<Form> read_forms(std::string_view html);

}  // namespace oauth
