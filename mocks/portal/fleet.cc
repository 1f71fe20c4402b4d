#include "mocks/portal/fleet.h"

#include <utility>

#include "mocks/portal/command.h"
#include "rotator/ports/check.h"

namespace mocks::portal {
namespace {

// The value of the line KEY=value, without quotes around it; nothing when there is no such line.
std::optional<std::string> value_of(std::string_view content, std::string_view key) {
  while (!content.empty()) {
    const auto end = content.find('\n');
    auto line = content.substr(0, end);
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    if (line.size() <= key.size() || !line.starts_with(key) || line[key.size()] != '=') continue;
    line.remove_prefix(key.size() + 1);
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"')
      line = line.substr(1, line.size() - 2);
    if (!line.empty()) return std::string(line);
  }
  return std::nullopt;
}

}  // namespace

// One pod: its agent, its process, and what the kubelet is told of both.
class Fleet::Pod final : public vault::AgentListener {
 public:
  Pod(Fleet& owner, const kubernetes::PodView& view, PodTrouble with)
      : fleet(owner),
        id(view.id),
        trouble(with),
        spec(owner.options_.agent),
        configuration(owner.options_.configuration) {
    if (const auto* variant = owner.variant_of(view)) {
      spec = variant->agent;
      configuration = variant->configuration;
    }
    if (trouble.not_injected) return;
    agent = std::make_unique<vault::Agent>(
        owner.scheduler_, owner.observer_, owner.draws_, owner.vault_, owner.faults_,
        vault::AgentOptions{.spec = spec,
                            .pod = view.name,
                            .entity = view.id,
                            .standby_lag = trouble.standby_lag,
                            .prior_version_at_start = trouble.stale_render,
                            .never_refreshes = trouble.never_refreshes},
        *this);
  }
  virtual ~Pod() = default;
  Pod(const Pod&) = delete;
  Pod& operator=(const Pod&) = delete;

  // A failed init container restarts by itself (the agent's own back-off), so only its success is
  // told.
  void on_init_done(bool ok) override {
    if (ok) fleet.host_->init_done(id, true);
  }
  // The process does not look at the file again.
  void on_rendered() override {
    if (adopted && agent->file() && agent->file()->content != adopted->content) adopted.reset();
  }
  void on_exit(int) override { fleet.host_->app_unready(id); }
  void on_restarted() override { tell_ready(); }

  // The probe succeeds from ready_at on, while the sidecar lives.
  void tell_ready() {
    if (!process || trouble.never_ready || terminating) return;
    if (agent != nullptr && sidecar_timer == 0 && !agent->running()) return;
    const auto now = fleet.scheduler_.now();
    if (now < ready_at) return fleet.host_->app_ready_in(id, ready_at - now);
    fleet.host_->app_ready(id);
  }

  // An adopted pod's file is the sidecar's own for good once the bytes have differed.
  const vault::File* file() const {
    const auto* rendered =
        agent != nullptr && agent->file().has_value() ? &*agent->file() : nullptr;
    return adopted ? &*adopted : rendered;
  }

  Fleet& fleet;
  PodId id;
  PodTrouble trouble;
  std::shared_ptr<const vault::AgentSpec> spec;
  PortalConfiguration configuration;
  std::optional<vault::File> adopted = {};
  std::unique_ptr<vault::Agent> agent = {};
  std::optional<Process> process = {};
  ports::Instant ready_at = {};
  bool terminating = false;
  bool gone = false;
  TimerId sidecar_timer = 0;
};

Fleet::Fleet(Scheduler& scheduler, Observer& observer, sim::Draws draws, vault::Vault& vault,
             sim::Faults& faults, PortalListener& record, FleetOptions options)
    : scheduler_(scheduler),
      observer_(observer),
      draws_(draws),
      vault_(vault),
      faults_(faults),
      record_(record),
      options_(std::move(options)) {
  if (options_.agent == nullptr) options_.agent = std::make_shared<const vault::AgentSpec>();
}

Fleet::~Fleet() {
  for (const auto& [id, pod] : pods_) scheduler_.cancel(pod->sidecar_timer);
}

void Fleet::configure(PortalConfiguration configuration) {
  options_.configuration = std::move(configuration);
}

void Fleet::trouble(const PodTrouble& trouble, std::uint32_t pods) {
  trouble_ = trouble;
  troubled_ = pods;
}

void Fleet::release(PodId id) {
  auto* pod = find(id);
  if (pod == nullptr) return;
  pod->trouble.never_ready = false;
  pod->tell_ready();
}

void Fleet::wedge_agent(PodId id) {
  if (auto* pod = find(id); pod != nullptr && pod->agent != nullptr) pod->agent->wedge();
}

void Fleet::release_agent(PodId id) {
  if (auto* pod = find(id); pod != nullptr && pod->agent != nullptr) pod->agent->release();
}

const Fleet::Process* Fleet::process(PodId id) const {
  const auto* pod = find(id);
  return pod != nullptr && pod->process ? &*pod->process : nullptr;
}

const vault::File* Fleet::file(PodId id) const {
  const auto* pod = find(id);
  return pod == nullptr ? nullptr : pod->file();
}

void Fleet::attach(kubernetes::PodHost& host) { host_ = &host; }

void Fleet::admit(std::map<std::string, std::string>& annotations) {
  const auto wanted = annotations.find("vault.hashicorp.com/agent-inject");
  if (wanted == annotations.end() || wanted->second != "true") return;
  if (troubled_ > 0 && trouble_.not_injected) return;
  annotations["vault.hashicorp.com/agent-inject-status"] = "injected";
}

kubernetes::AppStart Fleet::adopt(const kubernetes::PodView& view) {
  auto& pod = create(view);
  if (pod.agent != nullptr) {
    const auto& spec = *pod.spec;
    const auto read =
        vault_.read(vault_.root(), spec.file_template.path(),
                    vault::ReadOptions{.version = spec.file_template.pinned_version()});
    if (read.outcome == vault::Outcome::ok) {
      pod.adopted = vault::File{
          .content = spec.file_template.render(*read.version, *read.key),
          .modified = read.version->created,
          .inode = 1,
          .mode = spec.mode,
          .version = read.version->number,
      };
    }
    const auto phase = draws_.between(ports::Duration{0}, spec.interval,
                                      sim::Stream::agent_interval, view.id, ~std::uint64_t{0});
    pod.sidecar_timer =
        scheduler_.at(scheduler_.now() + phase, *this, start_adopted_sidecar, view.id);
  }
  pod.ready_at = scheduler_.now();
  return run(pod);
}

void Fleet::on_timer(std::uint32_t, std::uint64_t subject) {
  auto* pod = find(subject);
  if (pod == nullptr || pod->agent == nullptr) return;
  pod->sidecar_timer = 0;
  pod->agent->start_sidecar();
}

void Fleet::start_init(const kubernetes::PodView& view) {
  auto& pod = create(view);
  if (pod.agent == nullptr) return host_->init_done(view.id, true);
  pod.agent->start_init();
}

kubernetes::AppStart Fleet::start_app(const kubernetes::PodView& view,
                                      ports::Duration ready_after) {
  auto& pod = create(view);
  if (pod.agent != nullptr && pod.sidecar_timer == 0) pod.agent->start_sidecar();
  const auto started = run(pod);
  if (!started.running) return started;
  pod.ready_at = scheduler_.now() + ready_after;
  pod.tell_ready();
  return started;
}

void Fleet::begin_termination(PodId id) {
  if (auto* pod = find(id)) pod->terminating = true;
}

void Fleet::stop(PodId id, bool restarting) {
  auto* pod = find(id);
  if (pod == nullptr) return;
  if (pod->process) record_.process_stopped(scheduler_.now(), id);
  pod->process.reset();
  if (restarting) return;
  scheduler_.cancel(pod->sidecar_timer);
  pod->sidecar_timer = 0;
  if (pod->agent != nullptr) pod->agent->stop();
  pod->gone = true;
}

kubernetes::ExecResult Fleet::exec(PodId id, std::string_view,
                                   const std::vector<std::string>& argv) {
  const auto* pod = find(id);
  if (pod == nullptr || argv.empty()) return {.found = false, .exit_code = 127};
  return run_command(argv, Disk{.path = options_.file, .file = pod->file()});
}

Fleet::Pod* Fleet::find(PodId id) const {
  const auto found = pods_.find(id);
  return found == pods_.end() || found->second->gone ? nullptr : found->second.get();
}

const FleetVariant* Fleet::variant_of(const kubernetes::PodView& view) const {
  for (const auto& variant : options_.variants) {
    const auto label = view.labels.find(variant.label);
    if (label != view.labels.end() && label->second == variant.value) return &variant;
  }
  return nullptr;
}

// The pod of `view`, made at its first appearance. Pods that have gone are forgotten here, where no
// call of theirs is on the stack.
Fleet::Pod& Fleet::create(const kubernetes::PodView& view) {
  ports::check(host_ != nullptr, "a fleet is attached to its kubelet before pods appear");
  if (auto* pod = find(view.id)) return *pod;
  std::erase_if(pods_, [](const auto& entry) { return entry.second->gone; });
  PodTrouble with;
  if (troubled_ > 0) {
    --troubled_;
    with = trouble_;
  }
  auto pod = std::make_unique<Pod>(*this, view, with);
  return *(pods_[view.id] = std::move(pod));
}

// The process starts: it reads its file and keeps what it read.
kubernetes::AppStart Fleet::run(Pod& pod) {
  const auto* file = pod.file();
  auto secret = file == nullptr ? std::nullopt : value_of(file->content, options_.key);
  if (!secret) return {.running = false, .exit_code = 1};
  auto fallback = value_of(file->content, options_.fallback_key);
  const auto name = name_of(*secret);
  const auto fallback_name = fallback ? name_of(*fallback) : 0;
  pod.process = Process{.secret = *std::move(secret),
                        .fallback = std::move(fallback).value_or(std::string()),
                        .configuration = pod.configuration,
                        .started = scheduler_.now()};
  record_.process_started(scheduler_.now(), pod.id,
                          make_environment(pod.configuration, name, fallback_name));
  return {.running = true, .exit_code = 0, .secret = name};
}

}  // namespace mocks::portal
