// ApiRequest: a request to a provider, taken apart once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/sim/draws.h"
#include "rotator/ports/http.h"

namespace mocks::idp {

// Lives as long as one handle(): its views point into the request.
struct ApiRequest {
  const ports::Request& http;
  const sim::Draws& draws;
  std::uint64_t number = 0;  // of this request, from 1: what its ids are drawn by
  std::string origin = {};   // "https://org.example", as the caller reaches the provider
  std::string_view path = {};
  std::string_view query = {};
  std::vector<std::string_view> segments = {};  // of the path, empty ones left out

  bool is(std::string_view method) const { return http.method == method; }
};

struct RequestOptions {
  std::uint64_t number = 0;
  std::string origin = {};  // empty: from the request's Host
};
// `http` and `draws` must outlive the answer.
ApiRequest take_apart(const ports::Request& http, const sim::Draws& draws, RequestOptions options);

// Whether the body may be read as a form: that type, or none said.
bool is_form(const ports::Request& http);

}  // namespace mocks::idp
