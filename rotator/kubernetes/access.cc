// What this credential may do, and Events about what was done.
#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"
#include "rotator/calls/json_writer.h"
#include "rotator/calls/times.h"
#include "rotator/kubernetes/cluster.h"

namespace rotator {
namespace {

// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
inline constexpr std::size_t longest_note = 1024;
// Of an object that is named as a DNS subdomain is.
inline constexpr std::size_t longest_name = 253;

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
  JsonWriter review;
  review.open_object()
      .member("apiVersion", "authorization.k8s.io/v1")
      .member("kind", "SelfSubjectAccessReview");
  review.name("spec").open_object().name("resourceAttributes").open_object();
  review.member("namespace", options_.kubernetes_namespace)
      .member("verb", verb)
      .member("resource", resource);
  if (!group.empty()) review.member("group", group);
  if (!subresource.empty()) review.member("subresource", subresource);
  if (!name.empty()) review.member("name", name);
  review.close_object().close_object().close_object();
  auto response = call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                       "application/json", review.take(), Repeat::safe);
  if (!response) return ports::fail(response.error());
  const std::string tried = "asking whether this credential may " + verb + " " + resource +
                            (subresource.empty() ? std::string() : "/" + subresource);
  if (response->status != 201 && response->status != 200)
    return ports::fail(kubernetes_error(tried, *response));
  const auto parsed = parse_object(response->body, tried);
  if (!parsed) return ports::fail(parsed.error());
  const auto answer = parsed->root().member({"status", "allowed"});
  if (!answer.is_flag())
    return ports::fail(ports::ErrorCode::malformed, tried + ": the answer holds no status.allowed");
  return answer.flag();
}

ports::Status Cluster::record_event(const Workload& about, const std::string& type,
                                    const std::string& reason, const std::string& action,
                                    const std::string& note, const std::string& unique) {
  JsonWriter event;
  event.open_object().member("apiVersion", "events.k8s.io/v1").member("kind", "Event");
  event.name("metadata")
      .open_object()
      .member("name", cut(about.name, longest_name - 1 - unique.size()) + "." + unique)
      .member("namespace", options_.kubernetes_namespace)
      .close_object();
  event.member("eventTime", micro_time(clock_.wall_now()))
      .member("reportingController", "overlap/rotator")
      .member("reportingInstance", "rotator")
      .member("type", type)
      .member("reason", reason)
      .member("action", action)
      .member("note", cut(note, longest_note));
  event.name("regarding")
      .open_object()
      .member("apiVersion", std::string(about.kind->group) + "/" + about.kind->version)
      .member("kind", about.kind->kind)
      .member("namespace", options_.kubernetes_namespace)
      .member("name", about.name)
      .member("uid", about.uid)
      .close_object();
  event.close_object();
  auto response = call("POST",
                       "/apis/events.k8s.io/v1/namespaces/" +
                           percent_encode(options_.kubernetes_namespace) + "/events",
                       "application/json", event.take(), Repeat::safe);
  if (!response) return ports::fail(response.error());
  // 409: it is there already, from before a lost reply or a crash.
  if (response->status == 201 || response->status == 200 || response->status == 409) return {};
  return ports::fail(kubernetes_error("recording an Event about " + about.title(), *response));
}

}  // namespace rotator
