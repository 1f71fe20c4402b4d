// What this credential may do, and Events about what was done.
#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"
#include "rotator/calls/times.h"
#include "rotator/kubernetes/cluster.h"

namespace rotator {
namespace {

// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
inline constexpr std::size_t longest_note = 1024;

std::string encoded(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// At most `most` bytes, without half a character at the end.
std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  return text.substr(0, most);
}

}  // namespace

ports::Result<bool> Cluster::allowed(const std::string& verb, const std::string& group,
                                     const std::string& resource, const std::string& subresource,
                                     const std::string& name) {
  Json review = {{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SelfSubjectAccessReview"}};
  Json& attributes = review["spec"]["resourceAttributes"];
  attributes["namespace"] = options_.kubernetes_namespace;
  attributes["verb"] = verb;
  attributes["resource"] = resource;
  if (!group.empty()) attributes["group"] = group;
  if (!subresource.empty()) attributes["subresource"] = subresource;
  if (!name.empty()) attributes["name"] = name;
  auto response = call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                       "application/json", encoded(review), Repeat::safe);
  if (!response) return ports::fail(response.error());
  const std::string tried = "asking whether this credential may " + verb + " " + resource +
                            (subresource.empty() ? std::string() : "/" + subresource);
  if (response->status != 201 && response->status != 200)
    return ports::fail(kubernetes_error(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  const Json& answer = member(*parsed, {"status", "allowed"});
  if (!answer.is_boolean())
    return ports::fail(ports::ErrorCode::malformed, tried + ": the answer holds no status.allowed");
  return answer.get<bool>();
}

ports::Status Cluster::record_event(const Deployment& about, const std::string& type,
                                    const std::string& reason, const std::string& action,
                                    const std::string& note, const std::string& unique) {
  Json event = {{"apiVersion", "events.k8s.io/v1"}, {"kind", "Event"}};
  event["metadata"]["name"] = about.name + "." + unique;
  event["metadata"]["namespace"] = options_.kubernetes_namespace;
  event["eventTime"] = micro_time(clock_.wall_now());
  event["reportingController"] = "overlap/rotator";
  event["reportingInstance"] = "rotator";
  event["type"] = type;
  event["reason"] = reason;
  event["action"] = action;
  event["note"] = cut(note, longest_note);
  Json& regarding = event["regarding"];
  regarding["apiVersion"] = "apps/v1";
  regarding["kind"] = "Deployment";
  regarding["namespace"] = options_.kubernetes_namespace;
  regarding["name"] = about.name;
  regarding["uid"] = about.uid;
  auto response = call("POST",
                       "/apis/events.k8s.io/v1/namespaces/" +
                           percent_encode(options_.kubernetes_namespace) + "/events",
                       "application/json", encoded(event), Repeat::safe);
  if (!response) return ports::fail(response.error());
  // 409: it is there already, from before a lost reply or a crash.
  if (response->status == 201 || response->status == 200 || response->status == 409) return {};
  return ports::fail(
      kubernetes_error("recording an Event about Deployment " + about.name, *response));
}

}  // namespace rotator
