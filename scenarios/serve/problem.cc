#include "scenarios/serve/problem.h"

#include <nlohmann/json.hpp>

namespace scenarios {
namespace {

// RFC 9110 section 15.
const char* phrase_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 422: return "Unprocessable Content";
    default: return "Internal Server Error";
  }
}

int status_of(ports::ErrorCode code) {
  switch (code) {
    case ports::ErrorCode::configuration: return 422;
    case ports::ErrorCode::missing: return 404;
    case ports::ErrorCode::refused:
    case ports::ErrorCode::conflict: return 409;
    default: return 500;
  }
}

}  // namespace

ports::Response problem(int status, std::string_view detail) {
  const nlohmann::ordered_json body = {{"type", "about:blank"},
                                       {"title", phrase_of(status)},
                                       {"status", status},
                                       {"detail", detail}};
  // What came in may be in the detail, and need not be UTF-8.
  return {.status = status,
          .headers = {{"Content-Type", "application/problem+json"}},
          .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

ports::Response problem(const ports::Error& error) {
  return problem(status_of(error.code), error.message);
}

ports::Response json_answer(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = std::move(body) + "\n"};
}

}  // namespace scenarios
