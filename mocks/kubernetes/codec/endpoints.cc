// Endpoints (core/v1) and EndpointSlice (discovery.k8s.io/v1): two ways to show one list.
#include "mocks/kubernetes/codec/kind_codec.h"

namespace mocks::kubernetes {
namespace {

void render_target(JsonText& json, const EndpointList& list, const EndpointList::Entry& entry) {
  json.key("targetRef").open('{').member("kind", "Pod");
  json.member("namespace", list.kubernetes_namespace()).member("name", entry.identity->name);
  json.member("uid", entry.identity->uid).close('}');
}

class EndpointListCodec : public KindCodec {
 public:
  // Their controller alone writes them.
  bool same(const Object& now, const Object& next) const override {
    return static_cast<const EndpointList&>(now).entries ==
           static_cast<const EndpointList&>(next).entries;
  }

 protected:
  ~EndpointListCodec() = default;
};

// A terminating pod is in neither list.
class EndpointsCodec final : public EndpointListCodec {
 public:
  void render(JsonText& json, const Object& object, const KindInfo&) const override {
    const auto& list = static_cast<const EndpointList&>(object);
    const auto addresses = [&](Name name, bool ready) {
      bool any = false;
      for (const EndpointList::Entry& entry : list.entries) {
        if (entry.terminating || entry.ready != ready) continue;
        if (!any) json.key(name).open('[');
        any = true;
        json.open('{').member("ip", pod_address(entry.pod)).member("nodeName", "node-0");
        render_target(json, list, entry);
        json.close('}');
      }
      if (any) json.close(']');
      return any;
    };
    if (list.entries.empty()) return;
    json.key("subsets").open('[').open('{');
    addresses("addresses", true);
    addresses("notReadyAddresses", false);
    json.close('}').close(']');
  }
};

// A terminating pod stays, serving but not ready.
class EndpointSliceCodec final : public EndpointListCodec {
 public:
  void render(JsonText& json, const Object& object, const KindInfo&) const override {
    const auto& list = static_cast<const EndpointList&>(object);
    json.member("addressType", "IPv4").key("endpoints").open('[');
    for (const EndpointList::Entry& entry : list.entries) {
      json.open('{').key("addresses").open('[').text(pod_address(entry.pod)).close(']');
      json.key("conditions").open('{').key("ready").boolean(entry.ready && !entry.terminating);
      json.key("serving").boolean(entry.ready).key("terminating").boolean(entry.terminating);
      json.close('}');
      render_target(json, list, entry);
      json.member("nodeName", "node-0").close('}');
    }
    json.close(']').key("ports").raw("null");
  }
};

}  // namespace

const KindCodec& endpoints_codec() {
  static const EndpointsCodec codec;
  return codec;
}

const KindCodec& endpoint_slice_codec() {
  static const EndpointSliceCodec codec;
  return codec;
}

}  // namespace mocks::kubernetes
