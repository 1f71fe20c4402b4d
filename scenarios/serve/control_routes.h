// The routes of the control API as one table: what is served, what is described
// (control_document.h) and what a wrong call is told follow from a row.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "rotator/ports/http.h"
#include "scenarios/serve/served.h"

namespace scenarios {

// What a route is called with. Everything lives during the call.
struct ControlCall {
  Served& served;
  const std::string& scenarios_folder;              // for scenarios by name
  const std::map<std::string, std::string>& query;  // decoded; of the route's parameters only
  const std::string& label;                         // what stands for {label} in the path, decoded
  const nlohmann::json& body;                       // an object where the route has a body
};

struct ControlParameter {
  std::string_view name = {};
  std::string_view type = {};  // of JSON Schema
  std::string_view says = {};
};

struct ControlRoute {
  std::string_view method = {};
  std::string_view path = {};  // may end in {label}
  std::string_view id = {};    // its operationId
  std::string_view says = {};
  ports::Response (*answer)(const ControlCall& call) = nullptr;
  int status = 200;  // when it did what was asked
  // Names of the document's schemas; empty = no body.
  std::string_view answers = {};
  std::string_view takes = {};
  std::span<const ControlParameter> query = {};
  // Which else it may answer, beside 401, and 400 where it takes something.
  std::span<const int> problems = {};
  bool open = false;  // needs no token
};

std::span<const ControlRoute> control_routes();

// Whether a served world has this act: all but those of the driver's process, which it has not, and
// those that only wait.
bool is_served(const ActRow& row);
// Where its description is from.
ActPlace place_of(const ActRow& row);

}  // namespace scenarios
