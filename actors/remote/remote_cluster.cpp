#include "actors/remote/remote_cluster.hpp"

#include <charconv>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/links/node_certificate.hpp"
#include "actors/node/link_proof.hpp"
#include "actors/node/system.hpp"
#include "actors/programs/program_codec.hpp"
#include "actors/remote/remote_speaker.hpp"
#include "actors/runtime/loop.hpp"
#include "models/encoding/sha256.hpp"

namespace lithair::actors {

namespace {

constexpr auto program_gone = "The program's connection with the cluster was ended.";

std::int64_t seconds_of_day() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

// HOST:PORT, with an IPv6 host in brackets.
remote_speaker::endpoint endpoint_of(std::string_view text) {
  const auto wrong = [text] {
    return std::runtime_error(fmt::format("'{}' is no HOST:PEER_PORT of a node", text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) throw wrong();
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto digits = text.substr(colon + 1);
  remote_speaker::endpoint made{std::string{host}, 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), made.port);
  if (error != std::errc{} || end != digits.data() + digits.size() || made.port == 0 ||
      host.empty())
    throw wrong();
  return made;
}

std::shared_ptr<tls_credentials> credentials_of(const tls_files& files) {
  auto made = tls_credentials::load(files, link_usage(), seconds_of_day,
                                    {.dials = true, .why_not_own = why_not_of_program});
  if (!made) throw std::runtime_error(made.error().text);
  return std::move(*made);
}

// What a write becomes before it is sent: whether it may be repeated, and the request's bytes.
constexpr char once = '1';
constexpr char repeatable = '2';

models::result<std::string> prepared(const program_call& call, bool has_key) {
  auto bytes = encode(call);
  if (bytes.size() > longest_program_request)
    return tl::make_unexpected(
        models::problem{413,
                        "request_too_large",
                        fmt::format("The request has {} bytes, and {} are allowed.", bytes.size(),
                                    longest_program_request),
                        {}});
  return bytes.insert(0, 1, has_key ? repeatable : once);
}

}  // namespace

// Shared by all callers, and by the cluster that they lead to as long as it is there.
class line_to_cluster final : public caller_line {
 public:
  explicit line_to_cluster(std::shared_ptr<const models::schema> models)
      : models_(std::move(models)) {}

  const models::schema& schema() const override { return *models_; }

  models::result<std::string> prepare(
      const models::write_request& what,
      const std::shared_ptr<const models::subject>& bound) const override {
    return prepared(
        item_write{what.op, what.target->name, what.key, std::string{what.idempotency_key},
                   what.conditions, std::string{what.body}, bound},
        !what.idempotency_key.empty());
  }
  models::result<std::string> prepare(
      const models::transaction_request& what,
      const std::shared_ptr<const models::subject>& bound) const override {
    return prepared(items_write{std::string{what.idempotency_key}, std::string{what.body}, bound},
                    !what.idempotency_key.empty());
  }

  void submit(std::string what, handler answer) override {
    open_calls::call call;
    call.whose = std::make_shared<errand>(std::move(answer), program_gone);
    call.is_write = true;
    call.has_key = what.at(0) == repeatable;
    call.bytes = std::move(what.erase(0, 1));
    send(std::move(call));
  }
  void ask(question what, handler answer) override {
    open_calls::call call;
    call.whose = std::make_shared<errand>(std::move(answer), program_gone);
    call.is_list = what.what == models::query::kind::list;
    call.bytes =
        encode(items_read{what.what, what.level, what.min_index, what.of->name, std::move(what.key),
                          std::move(what.parameters), std::move(what.bound)});
    send(std::move(call));
  }
  void require_waiting_allowed() const override {
    const std::lock_guard guard{mutex_};
    if (home_ != nullptr && home_->on_own_thread())
      throw std::logic_error(
          "an answer is not to be waited for in a handler, which runs on the cluster's loop");
  }
  node* target() const override { return nullptr; }

  /// None: there is nobody any more.
  void lead_to(loop* home, const taking<run_call>& speaker) {
    const std::lock_guard guard{mutex_};
    home_ = home;
    speaker_ = speaker;
  }

 private:
  void send(open_calls::call what) {
    const std::lock_guard guard{mutex_};
    if (speaker_) caf::anon_send(speaker_, run_call{std::move(what)});
  }

  const std::shared_ptr<const models::schema> models_;
  mutable std::mutex mutex_;
  loop* home_ = nullptr;  // guarded by mutex_, as the next
  taking<run_call> speaker_;
};

struct remote_cluster::implementation {
  std::shared_ptr<line_to_cluster> line;
  system_config config{true};
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<loop> home;
  taking<run_call> speaker;

  explicit implementation(remote_speaker::setup setup)
      : line(std::make_shared<line_to_cluster>(setup.models)) {
    system = make_system(config);
    home = std::make_unique<loop>(*system, "remote");
    home->start();
    speaker = caf::actor_cast<taking<run_call>>(
        system->spawn<remote_speaker, caf::hidden>(home.get(), std::move(setup)));
    line->lead_to(home.get(), speaker);
    let_go_of_system();  // so that any thread may end it
  }

  ~implementation() {
    line->lead_to(nullptr, {});
    {
      caf::scoped_actor self{*system};
      self->monitor(speaker);
      self->send_exit(speaker, caf::exit_reason::user_shutdown);
      self->receive([](const caf::down_msg&) {});
    }
    speaker = nullptr;
    home->stop();
    system.reset();
  }
};

remote_cluster::remote_cluster(models::declared<models::schema> models, remote_options how) {
  if (!models) throw std::runtime_error(models::to_string(models.error().front()));
  if (how.nodes.empty()) throw std::runtime_error("no node of the cluster is named");
  remote_speaker::setup setup;
  for (const auto& each : how.nodes) setup.nodes.push_back(endpoint_of(each));
  if (!how.cluster_token.empty())
    setup.code = [secret = models::sha256(how.cluster_token)](std::string_view text) {
      return hmac_sha256(secret, text);
    };
  if (how.tls) setup.tls = credentials_of(*how.tls);
  setup.insecure = how.insecure;
  setup.models = std::make_shared<const models::schema>(std::move(*models));
  setup.request_timeout_ms = how.request_timeout_ms;
  setup.reach_ms = how.reach_ms;
  setup.most.calls = how.max_pending;
  setup.most.bytes = how.max_pending_bytes;
  impl_ = std::make_unique<implementation>(std::move(setup));
}

remote_cluster::~remote_cluster() = default;

caller remote_cluster::through() const { return caller{impl_->line}; }

}  // namespace lithair::actors
