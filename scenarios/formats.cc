#include "scenarios/formats.h"

#include "rotator/cli/output.h"

namespace scenarios {

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {.name = "text",
       .runs = text_rows,
       .details = text_documents,
       .sweep = sweep_table,
       .for_people = true},
      {.name = "json",
       .runs = json_document,
       .details = json_document,
       .sweep = sweep_json,
       .error =
           [](const ports::Error& error) {
             return rotator::render(error, rotator::OutputFormat::json);
           }},
      {.name = "junit", .runs = junit_document, .details = junit_document},
  };
  return all;
}

const Format* find_format(std::string_view name) {
  for (const auto& format : formats())
    if (name == format.name) return &format;
  return nullptr;
}

}  // namespace scenarios
