// Service, Namespace and the other kinds whose JSON is kept as given.
#include <charconv>

#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/json/fields_json.h"

namespace mocks::kubernetes {
namespace {

using detail::Fields;

const Document& document_of(const Object& object) { return static_cast<const Document&>(object); }

// The body's own members beside metadata, then `more`.
std::string members_of(const JsonView& body, std::string_view more) {
  JsonText json;
  for (const auto& [key, value] : body.members()) {
    if (key == "kind" || key == "apiVersion" || key == "metadata" || value.is_null()) continue;
    if (key == "status") continue;
    json.given_key(key).value(value);
  }
  return json.raw(more).take();
}

class KeptAsGiven : public KindCodec {
 public:
  void render(JsonText& json, const Object& object, const KindInfo&) const override {
    json.raw(document_of(object).members);
  }

  bool same(const Object& now, const Object& next) const override {
    return document_of(now).members == document_of(next).members;
  }

 protected:
  ~KeptAsGiven() = default;
};

class NamespaceCodec final : public KeptAsGiven {
 public:
  bool selects_by(std::string_view field) const override { return field == "status.phase"; }
  std::string field(const Object&, std::string_view) const override { return "Active"; }

  void decode(Fields& fields, const KindInfo&, Decoded& out) const override {
    out.object->labels.set("kubernetes.io/metadata.name", out.name);
    static_cast<Document&>(*out.object).members =
        R"("spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"})";
    fields.object("spec", "NamespaceSpec");
    fields.allow({"spec", "status"});
  }
};

class DocumentCodec final : public KeptAsGiven {
 public:
  void decode(Fields& fields, const KindInfo& as, Decoded& out) const override {
    auto& document = static_cast<Document&>(*out.object);
    const std::string type = std::string(as.name) + "Spec";
    Fields spec = fields.object("spec", type);
    std::string_view more;
    switch (as.kind) {
      case Kind::service:
        document.selector = spec.strings("selector");
        more = R"("status":{"loadBalancer":{}})";
        break;
      case Kind::resource_quota: {
        const std::string pods = spec.object("hard", "ResourceList").text("pods");
        if (!pods.empty()) {
          std::from_chars(pods.data(), pods.data() + pods.size(), document.limit);
        }
        more = R"("status":{})";
        break;
      }
      case Kind::disruption_budget:
        document.limit = spec.number("minAvailable", -1);
        document.selector = spec.object("selector", "LabelSelector").strings("matchLabels");
        more = R"("status":{"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,)"
               R"("expectedPods":0})";
        break;
      default: break;
    }
    // Kept as given: this mock knows no more of these kinds than it needs.
    for (const auto& [key, value] : fields.self().members()) fields.raw(key);
    document.members = members_of(fields.self(), more);
  }
};

}  // namespace

const KindCodec& namespace_codec() {
  static const NamespaceCodec codec;
  return codec;
}

const KindCodec& document_codec() {
  static const DocumentCodec codec;
  return codec;
}

}  // namespace mocks::kubernetes
