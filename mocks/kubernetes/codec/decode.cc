#include "mocks/kubernetes/codec/decode.h"

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/names.h"
#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/go_json.h"

namespace mocks::kubernetes {
namespace {

using detail::Fields;
using detail::Reading;
using detail::text_at;

void decode_metadata(Fields& metadata, Decoded& out) {
  out.name = metadata.text("name");
  out.generate_name = metadata.text("generateName");
  out.kubernetes_namespace = metadata.text("namespace");
  out.uid = metadata.text("uid");
  out.resource_version = metadata.text("resourceVersion");
  Strings labels = metadata.strings("labels");
  Strings annotations = metadata.strings("annotations");
  check_labels(labels, "metadata.labels", out.causes);
  check_annotations(annotations, "metadata.annotations", out.causes);
  out.object->labels = SharedStrings(std::move(labels));
  out.object->annotations = SharedStrings(std::move(annotations));
  out.object->finalizers = metadata.list("finalizers");
  // Set by the server alone, or not kept.
  metadata.allow({"selfLink", "generation", "creationTimestamp", "deletionTimestamp",
                  "deletionGracePeriodSeconds", "ownerReferences", "managedFields"});
  metadata.finish();
}

}  // namespace

Outcome<JsonDocument> parse_body(const KindInfo& kind, std::string_view body) {
  const auto unrecognized = [&](const std::string& why) {
    return refuse(bad_request("the object provided is unrecognized (must be of type " +
                              std::string(kind.name) + "): couldn't get version/kind; " + why));
  };
  auto document = JsonDocument::parse(body);
  if (!document) {
    const std::string shown = body.empty() ? "<empty>" : std::string(body.substr(0, 1024));
    return unrecognized("json parse error: " + go_json_error(body).value_or("invalid UTF-8") +
                        " (" + shown + ")");
  }
  const JsonView root = document->root();
  if (!root.is_object()) {
    return unrecognized("json parse error: json: cannot unmarshal " +
                        std::string(detail::type_name(root)) + " into Go value of type struct");
  }
  const std::string given_kind(text_at(root, "kind"));
  const std::string given_version(text_at(root, "apiVersion"));
  const bool matches = (given_kind.empty() || given_kind == kind.name) &&
                       (given_version.empty() || given_version == api_version(kind));
  if (matches) return std::move(*document);
  const std::string version = given_version.substr(given_version.rfind('/') + 1);
  return refuse(bad_request(
      given_kind + " in version \"" + given_version + "\" cannot be handled as a " +
      std::string(kind.name) + ": converting (" + version + "." + given_kind + ") to (" +
      (kind.group.empty() ? "core" : std::string(kind.group.substr(0, kind.group.find('.')))) +
      "." + std::string(kind.name) + "): unknown conversion"));
}

Outcome<Decoded> decode(const KindInfo& kind, const JsonView& body) {
  const KindCodec& codec = codec_of(kind.kind);
  Decoded out;
  out.object = codec.make(kind.kind);
  Reading reading;
  Fields fields(reading, body, kind.name);
  fields.allow({"kind", "apiVersion"});
  Fields metadata = fields.object("metadata", "ObjectMeta");
  decode_metadata(metadata, out);
  // The name's own rule comes first among the causes.
  if (!out.name.empty() && !is_subdomain(out.name)) {
    out.causes.insert(out.causes.begin(), bad_name("metadata.name", out.name));
  }
  codec.decode(fields, kind, out);
  fields.finish();
  if (reading.wrong_type) {
    return refuse(bad_request(std::string(kind.name) + " in version \"" +
                              std::string(kind.version) + "\" cannot be handled as a " +
                              std::string(kind.name) + ": " + *reading.wrong_type));
  }
  out.unknown = std::move(reading.unknown);
  return out;
}

}  // namespace mocks::kubernetes
