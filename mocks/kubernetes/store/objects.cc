#include "mocks/kubernetes/store/objects.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mocks/facts.h"
#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
SharedStrings::SharedStrings(Strings values)
    : shared_(values.empty()
                  ? nullptr
                  : std::make_shared<const Shared>(Shared{.values = std::move(values)})) {}

const SharedStrings::Shared& SharedStrings::shared() const {
  static const Shared none{.rendered = "{}"};
  return shared_ == nullptr ? none : *shared_;
}

const Strings& SharedStrings::get() const { return shared().values; }

const std::string& SharedStrings::rendered() const {
  const Shared& one = shared();
  if (one.rendered.empty()) {
    JsonText json;
    json.open('{');
    for (const auto& [key, value] : one.values) json.given_member(key, value);
    one.rendered = json.close('}').take();
  }
  return one.rendered;
}

void SharedStrings::set(const std::string& key, std::string value) {
  Strings values = get();
  values.insert_or_assign(key, std::move(value));
  *this = SharedStrings(std::move(values));
}

int Quantity::of(int replicas, bool round_up) const {
  if (!percent) return value;
  const std::int64_t hundredths = static_cast<std::int64_t>(value) * replicas;
  return static_cast<int>((hundredths + (round_up ? 99 : 0)) / 100);
}

std::string pod_address(PodId pod) {
  return "10.0." + std::to_string(pod / 250 % 250) + "." + std::to_string(pod % 250 + 1);
}

namespace {

// Five letters that differ from pod to pod stand for the question marks.
constexpr std::string_view mount =
    R"("volumeMounts":[{"name":"kube-api-access-?????","readOnly":true,)"
    R"("mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],)";
constexpr std::string_view token_volume =
    R"("volumes":[{"name":"kube-api-access-?????","projected":{"sources":[{"serviceAccountToken":)"
    R"({"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":)"
    R"([{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace",)"
    R"("fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}],)";

// What admission looks for in a template's spec.
struct Mentions {
  bool volumes = false;  // or mounts
  bool service_account = false;
  bool node = false;
  std::vector<std::size_t> mounts_go_before = {};  // a member of each container
};

Mentions mentions_of(std::string_view spec) {
  Mentions found;
  for (std::size_t at = spec.find('"'); at != std::string_view::npos; at = spec.find('"', at + 1)) {
    const std::string_view rest = spec.substr(at + 1);
    switch (rest.empty() ? '\0' : rest.front()) {
      case 'v':
        found.volumes |= rest.starts_with("volumes\":") || rest.starts_with("volumeMounts\":");
        break;
      case 's': found.service_account |= rest.starts_with("serviceAccountName\":"); break;
      case 'n': found.node |= rest.starts_with("nodeName\":"); break;
      case 't':
        if (rest.starts_with("terminationMessagePath\":")) found.mounts_go_before.push_back(at);
        break;
      default: break;
    }
  }
  return found;
}

// What admission adds to a pod: its service-account volume (ServiceAccount), tolerations
// (DefaultTolerationSeconds) and priority (Priority). A template with volumes of its own gets no
// token volume here, as with automountServiceAccountToken: false.
void admit(PodTemplate& pod_template) {
  const std::string_view spec = pod_template.spec;
  const Mentions mentions = mentions_of(spec);
  std::string text = "{";
  text.reserve(spec.size() + 1536);
  pod_template.suffix_at.clear();
  const auto add_named = [&](std::string_view part) {
    pod_template.suffix_at.push_back(text.size() + part.find('?'));
    text += part;
  };
  if (!mentions.volumes) add_named(token_volume);
  std::size_t from = 1;
  for (const std::size_t at : mentions.mounts_go_before) {
    if (mentions.volumes) break;
    text += spec.substr(from, at - from);
    add_named(mount);
    from = at;
  }
  text += spec.substr(from, spec.size() - 1 - from);
  if (!mentions.service_account) {
    text += R"(,"serviceAccountName":"default","serviceAccount":"default")";
  }
  if (!mentions.node) text += R"(,"nodeName":"node-0")";
  text +=
      R"(,"tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":)"
      R"("NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":)"
      R"("Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,)"
      R"("enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"})";
  pod_template.pod_spec = std::move(text);
}

}  // namespace

void finish_template(PodTemplate& pod_template) {
  // Any stable hash will do in place of the real FNV over a dump of Go memory.
  std::uint64_t hash = name_of(pod_template.spec);
  for (const Strings* strings : {&pod_template.labels, &pod_template.annotations}) {
    for (const auto& [key, value] : *strings) {
      hash = (hash ^ name_of(key)) * 0x100000001b3ULL;
      hash = (hash ^ name_of(value)) * 0x100000001b3ULL;
    }
    hash = (hash ^ 0xffU) * 0x100000001b3ULL;
  }
  hash ^= hash >> 32U;
  pod_template.hash.clear();
  for (int i = 0; i < 10; ++i) {
    pod_template.hash += safe_letters[hash % safe_letters.size()];
    hash = hash / safe_letters.size() + (hash << 48U);
  }

  Strings labels = pod_template.labels;
  labels["pod-template-hash"] = pod_template.hash;
  pod_template.set_labels = SharedStrings(std::move(labels));

  admit(pod_template);
}

}  // namespace mocks::kubernetes
