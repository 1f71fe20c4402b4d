// Writer: POST, PUT, PATCH and DELETE, with optimistic locking, dry runs, field validation and
// preconditions (https://kubernetes.io/docs/reference/using-api/api-concepts/). The call is
// authenticated and authorized already. A call that is refused has changed nothing; one with
// dryRun=All is answered as if it had, and has not. A write that would change nothing keeps the
// object's resourceVersion.
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

  // 201 with the object; 409 AlreadyExists, 422 Invalid with every field that is wrong, 404 for a
  // namespace that is not there.
  Outcome<Answer> create(const ApiCall& call, const KindInfo& kind);
  // PUT: 200, or 409 Conflict when the body's resourceVersion is not the newest. Kinds that may be
  // created so are (201); others are 404.
  Outcome<Answer> update(const ApiCall& call, const KindInfo& kind);
  // JSON, merge, strategic merge and apply, by Content-Type; 415 for any other. Only a patch that
  // names a resourceVersion can conflict. Apply creates what is not there.
  Outcome<Answer> patch(const ApiCall& call, const KindInfo& kind);
  // DELETE of one object. A Pod is marked with its grace period and goes later; a workload goes at
  // once, and its dependents as propagationPolicy says (Orphan is refused).
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
  // `kind` names the options in a refusal: "CreateOptions".
  Outcome<Options> options(const ApiCall& call, std::string_view kind) const;
  Outcome<Answer> insert(const ApiCall& call, const KindInfo& kind, Decoded decoded,
                         const Options& options);
  Outcome<Answer> replace(const ApiCall& call, const KindInfo& kind, const ObjectPointer& now,
                          Decoded decoded, const Options& options);
  // Pods and ReplicaSets: clients may change labels and annotations, and a ReplicaSet's size.
  Outcome<Answer> patch_typed(const ApiCall& call, const KindInfo& kind, const ObjectPointer& now,
                              const JsonView& before, const JsonView& after,
                              const Options& options);
  Outcome<Answer> remove_pod(const ApiCall& call, const Pod& pod, const JsonView& options);
  // The object in the form asked for, with a Warning header for each unknown field.
  Answer finish(int status, const ApiCall& call, const Object& object, const KindInfo& kind,
                const std::vector<std::string>& unknown);
  // The version stored; `now` when `next` differs in nothing.
  ObjectPointer store(const ObjectPointer& now, std::shared_ptr<Object> next, bool dry_run);
  std::string_view where(const ApiCall& call, const KindInfo& kind) const {
    return kind.namespaced ? call.kubernetes_namespace : std::string_view();
  }

  Registry& registry_;
  Reader& reader_;
};

}  // namespace mocks::kubernetes
