// Reader: GET of one object, LIST with selectors, pages and versions, in each form: the object
// itself, its metadata alone, or the table that kubectl shows
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources).
#pragma once

#include <string>

#include "mocks/kubernetes/api/api_call.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

class Reader {
 public:
  explicit Reader(Registry& registry) : registry_(registry) {}

  // 200, or 404 NotFound.
  Outcome<Answer> get(const ApiCall& call, const KindInfo& kind);
  // 200 with items in the order of namespace and name; 410 Expired for a continue token or an exact
  // version that history no longer reaches, 504 for a version of the future.
  Outcome<Answer> list(const ApiCall& call, const KindInfo& kind);

  // One object in the form asked for.
  Answer show(int status, const ApiCall& call, const Object& object, const KindInfo& kind);

 private:
  struct Page;
  // Finds the objects that the page is of: page.all, page.version and page.start.
  Outcome<void> choose_objects(const ListOptions& options, Page& page, const KindInfo& kind);
  std::string render_page(const ApiCall& call, const Page& page, const KindInfo& kind);
  Registry& registry_;
};

// In lists and watches: is the object in the call's namespace (or does the call mean all)?
bool in_scope(const Object& object, const ApiCall& call);

}  // namespace mocks::kubernetes
