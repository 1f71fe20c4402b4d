// The files of rotator/deploy work together as shipped: the CronJob writes the metrics that the
// alerts ask for, as a user that may.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <regex>

#include "rotator/cli/output.h"

BOOST_AUTO_TEST_SUITE(deploy)

namespace {

using rotator::Ending;

YAML::Node shipped(const std::string& name) {
  return YAML::LoadFile(std::string(OVERLAP_SOURCE_DIR) + "/rotator/deploy/" + name);
}

YAML::Node pod_of_the_cron_job() {
  return shipped("cronjob.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"];
}

std::vector<YAML::Node> all(const YAML::Node& list) { return {list.begin(), list.end()}; }

constexpr Ending endings[] = {Ending::done,    Ending::rolled_back, Ending::refused,
                              Ending::unknown, Ending::stopped,     Ending::misconfigured,
                              Ending::locked,  Ending::interrupted};

}  // namespace

BOOST_AUTO_TEST_CASE(the_cron_job_writes_its_metrics_to_a_folder_that_it_may_write) {
  const auto container = pod_of_the_cron_job()["containers"][0];
  std::vector<std::string> arguments;
  for (const auto& one : container["args"]) arguments.push_back(one.Scalar());
  const auto option = std::find(arguments.begin(), arguments.end(), "--metrics-file");
  BOOST_REQUIRE((option != arguments.end() && option + 1 != arguments.end()));
  const auto folder = (option + 1)->substr(0, (option + 1)->rfind('/'));
  std::string volume;
  for (const auto& mount : all(container["volumeMounts"]))
    if (mount["mountPath"].Scalar() == folder && !mount["readOnly"])
      volume = mount["name"].Scalar();
  BOOST_TEST(!volume.empty());
  bool on_the_node = false;
  for (const auto& one : all(pod_of_the_cron_job()["volumes"]))
    on_the_node = on_the_node || (one["name"].Scalar() == volume && one["hostPath"]);
  BOOST_TEST(on_the_node);
}

BOOST_AUTO_TEST_CASE(the_cron_job_is_no_root_whatever_the_image_says) {
  const auto context = pod_of_the_cron_job()["containers"][0]["securityContext"];
  BOOST_TEST(context["runAsNonRoot"].as<bool>());
  BOOST_TEST(context["runAsUser"].as<int>(0) > 0);
}

// What is an answer is not asked again; what passes by itself, or is resumable, is.
BOOST_AUTO_TEST_CASE(the_cron_job_tries_again_just_what_may_pass) {
  const auto rule = shipped(
      "cronjob.yaml")["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"][0]["onExitCodes"];
  const auto answers = rule["values"].as<std::vector<int>>();
  for (const auto ending : endings) {
    const bool passes = ending == Ending::unknown || ending == Ending::locked ||
                        ending == Ending::interrupted || ending == Ending::done;
    const bool answer = std::count(answers.begin(), answers.end(), exit_code(ending)) > 0;
    BOOST_TEST(answer == !passes, to_string(ending));
  }
}

BOOST_AUTO_TEST_CASE(the_alerts_ask_for_metrics_and_outcomes_that_there_are) {
  const auto metrics = rotator::render_metrics({}, "0oa", ports::WallTime{}, 0);
  std::vector<std::string> words;
  for (const auto ending : endings) words.emplace_back(to_string(ending));
  std::size_t rules = 0;
  for (const auto& rule : all(shipped("alerts.yaml")["groups"][0]["rules"])) {
    ++rules;
    const auto asked = rule["expr"].Scalar();
    std::smatch found;
    BOOST_REQUIRE(std::regex_search(asked, found, std::regex("rotator_[a-z_]+")));
    BOOST_TEST(metrics.find("\n" + found.str() + "{") != std::string::npos, found.str());
    if (!std::regex_search(asked, found, std::regex("outcome=~?\"([a-z_|]+)\""))) continue;
    const std::string outcomes = found[1];
    const std::regex word("[a-z_]+");
    for (std::sregex_iterator at(outcomes.begin(), outcomes.end(), word), end; at != end; ++at)
      BOOST_TEST((std::find(words.begin(), words.end(), at->str()) != words.end()), at->str());
  }
  BOOST_TEST(rules == 4U);
}

BOOST_AUTO_TEST_CASE(a_secret_that_was_never_rotated_is_too_old) {
  const auto never = rotator::render_metrics({}, "0oa", ports::WallTime{}, 0);
  BOOST_TEST(never.find("rotator_last_success_timestamp_seconds{client_id=\"0oa\"} 0\n") !=
             std::string::npos);
  for (const auto& rule : all(shipped("alerts.yaml")["groups"][0]["rules"]))
    if (rule["alert"].Scalar() == "OidcSecretTooOld")
      BOOST_TEST(rule["expr"].Scalar() ==
                 "time() - rotator_last_success_timestamp_seconds > 120 * 86400");
}

BOOST_AUTO_TEST_SUITE_END()
