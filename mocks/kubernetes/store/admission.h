// Admission: a mutating admission webhook, asked about each pod before it is created
// (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/).
#pragma once

#include <map>
#include <string>

namespace mocks::kubernetes {

class Admission {
 public:
  // May change the annotations of a pod about to be created; they come from its template. Called
  // under the world's lock, and so may not wait. Unless overridden, every pod passes as it is.
  virtual void admit(std::map<std::string, std::string>& /*annotations*/) {}

 protected:
  ~Admission() = default;
};

}  // namespace mocks::kubernetes
