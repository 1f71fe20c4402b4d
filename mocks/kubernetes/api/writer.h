// Writer: POST, PUT, PATCH and DELETE, with optimistic locking, dry runs, field validation and
// preconditions.
#pragma once

#include <string>
#include <vector>

#include "mocks/kubernetes/api/api_call.h"
#include "mocks/kubernetes/api/reader.h"
#include "mocks/kubernetes/codec/decode.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

class Writer {
 public:
  Writer(Registry& registry, Reader& reader) : registry_(registry), reader_(reader) {}

  Outcome<Answer> create(const ApiCall& call, const KindInfo& kind);
  Outcome<Answer> update(const ApiCall& call, const KindInfo& kind);
  Outcome<Answer> patch(const ApiCall& call, const KindInfo& kind);
  Outcome<Answer> remove(const ApiCall& call, const KindInfo& kind);
  // PUT and PATCH of the subresource scale; `kind` is of a workload.
  Outcome<Answer> scale(const ApiCall& call, const KindInfo& kind);
  // POST of pods/NAME/eviction.
  Outcome<Answer> evict(const ApiCall& call);

 private:
  struct Options {
    bool dry_run = false;
    bool strict = false;
    bool ignore_unknown = false;
  };
  Outcome<Options> options(const ApiCall& call, std::string_view kind) const;
  Outcome<Answer> insert(const ApiCall& call, const KindInfo& kind, Decoded decoded,
                         const Options& options);
  Outcome<Answer> replace(const ApiCall& call, const KindInfo& kind, const ObjectPointer& now,
                          Decoded decoded, const Options& options);
  Outcome<Answer> patch_typed(const ApiCall& call, const KindInfo& kind, const ObjectPointer& now,
                              const JsonView& before, const JsonView& after,
                              const Options& options);
  Outcome<Answer> remove_pod(const ApiCall& call, const Pod& pod, const JsonView& options);
  Answer finish(int status, const ApiCall& call, const Object& object, const KindInfo& kind,
                const std::vector<std::string>& unknown);
  ObjectPointer store(const ObjectPointer& now, std::shared_ptr<Object> next, bool dry_run);
  std::string_view where(const ApiCall& call, const KindInfo& kind) const {
    return kind.namespaced ? call.kubernetes_namespace : std::string_view();
  }

  Registry& registry_;
  Reader& reader_;
};

}  // namespace mocks::kubernetes
