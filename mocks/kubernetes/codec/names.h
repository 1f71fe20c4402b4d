// Rules for names, labels and keys (k8s.io/apimachinery/pkg/util/validation).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/codec/failure.h"
#include "mocks/kubernetes/store/selectors.h"

namespace mocks::kubernetes {

// RFC 1123 subdomain of at most 253 characters: what most objects' names must be.
bool is_subdomain(std::string_view name);
// "example.com/name", at most 253 and 63 characters.
bool is_qualified_name(std::string_view key);
Cause bad_name(std::string field, std::string_view name);
// Annotation keys; values may hold anything, 256 KiB together.
void check_annotations(const Strings& annotations, const std::string& field,
                       std::vector<Cause>& causes);
void check_labels(const Strings& labels, const std::string& field, std::vector<Cause>& causes);

}  // namespace mocks::kubernetes
