#include "reports/format.h"

#include "reports/console.h"
#include "reports/html.h"
#include "reports/json.h"
#include "reports/junit.h"

namespace reports {

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"console", "text for a person at a terminal", write_console},
      {"json", "everything, by reports/schema/report.schema.json", write_json},
      {"junit", "JUnit XML for CI systems", write_junit},
      {"html", "one page for a browser, self-contained", write_html},
  };
  return all;
}

const Format* find_format(std::string_view name) {
  for (const auto& format : formats()) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

}  // namespace reports
