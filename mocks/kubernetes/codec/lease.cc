// Lease (coordination.k8s.io/v1): kept as a document, read field by field.
#include "mocks/kubernetes/codec/kind_codec.h"
#include "mocks/kubernetes/codec/times.h"

namespace mocks::kubernetes {
namespace {

using detail::decode_micro_time;
using detail::Fields;

const Document& lease_of(const Object& object) { return static_cast<const Document&>(object); }

class LeaseCodec final : public KindCodec {
 public:
  void render(JsonText& json, const Object& object, const KindInfo&) const override {
    json.raw(lease_of(object).members);
  }

  std::string_view zero() const override { return R"("spec":{})"; }

  std::vector<Column> columns() const override {
    return {name_column, {.name = "Holder"}, age_column};
  }

  void cells(JsonText& json, const Object& object, const std::string& age,
             ports::WallTime) const override {
    json.text(object.name()).text(lease_of(object).holder).text(age);
  }

  void decode(Fields& fields, const KindInfo&, Decoded& out) const override {
    auto& lease = static_cast<Document&>(*out.object);
    Fields spec = fields.object("spec", "LeaseSpec");
    JsonText json;
    json.key("spec").open('{');
    if (spec.has("holderIdentity")) {
      lease.holder = spec.text("holderIdentity");
      json.member("holderIdentity", lease.holder);
    }
    if (spec.has("leaseDurationSeconds")) {
      const int seconds = spec.number("leaseDurationSeconds", 0);
      json.member("leaseDurationSeconds", seconds);
      if (seconds <= 0) {
        out.causes.push_back(invalid_value("spec.leaseDurationSeconds", std::to_string(seconds),
                                           "must be greater than 0"));
      }
    }
    if (const auto time = decode_micro_time(spec, "acquireTime"))
      json.key("acquireTime").micro_time(*time);
    if (const auto time = decode_micro_time(spec, "renewTime"))
      json.key("renewTime").micro_time(*time);
    if (spec.has("leaseTransitions")) {
      const int transitions = spec.number("leaseTransitions", 0);
      json.member("leaseTransitions", transitions);
      if (transitions < 0) {
        out.causes.push_back(invalid_value("spec.leaseTransitions", std::to_string(transitions),
                                           "must be greater than or equal to 0"));
      }
    }
    if (spec.has("strategy")) json.member("strategy", spec.text("strategy"));
    if (spec.has("preferredHolder")) json.member("preferredHolder", spec.text("preferredHolder"));
    spec.finish();
    lease.members = json.close('}').take();
  }

  bool same(const Object& now, const Object& next) const override {
    return lease_of(now).members == lease_of(next).members;
  }
};

}  // namespace

const KindCodec& lease_codec() {
  static const LeaseCodec codec;
  return codec;
}

}  // namespace mocks::kubernetes
