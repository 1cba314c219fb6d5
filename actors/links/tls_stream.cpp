#include "actors/links/tls_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <iterator>
#include <utility>

#include "actors/links/node_certificate.hpp"

namespace lithair::actors {

namespace {

// RFC 8446 §5.1: what a connection under TLS begins with, and what a record holds at most.
constexpr char hello_record = 22;
constexpr std::size_t longest_record = 16 << 10;
constexpr std::chrono::minutes judged_again_after{1};
// What is opened at once; a socket brings no more.
constexpr std::size_t opened_at_once = 64 << 10;
// A fatal alert, "unexpected message", for who has nothing else to tell it by.
constexpr std::string_view alert{"\x15\x03\x03\x00\x02\x02\x0a", 7};

// OpenSSL's words for a certificate that nobody here vouches for say how it went about it.
std::string why_not_taken(std::string_view said) {
  constexpr std::string_view foreign[] = {
      "unable to get local issuer certificate", "unable to get issuer certificate",
      "self-signed certificate", "self-signed certificate in certificate chain",
      "unable to verify the first certificate"};
  return std::ranges::find(foreign, said) == std::end(foreign)
             ? std::string{said}
             : "it is of no authority that this node trusts (--peer-tls-ca)";
}

// Free again when whoever was told has returned.
std::array<char, opened_at_once + tls_session::held_back>& opened_buffer() {
  using bytes = std::array<char, opened_at_once + tls_session::held_back>;
  thread_local const auto buffer = std::make_unique_for_overwrite<bytes>();
  return *buffer;
}

std::array<char, longest_record>& record_buffer() {
  using bytes = std::array<char, longest_record>;
  thread_local const auto buffer = std::make_unique_for_overwrite<bytes>();
  return *buffer;
}

}  // namespace

tls_stream::tls_stream(std::unique_ptr<byte_stream> over, source newest, std::uint64_t dialled,
                       handshakes* turns)
    : newest_(std::move(newest)),
      context_(newest_()),
      dialled_(dialled),
      judged_by_(context_),
      judged_at_(std::chrono::steady_clock::now()),
      turns_(turns),
      over_(std::move(over)) {
  if (context_->role() == tls_role::client) begin();
}

// Says that nothing more comes, as far as that goes without waiting.
tls_stream::~tls_stream() {
  if (gone_ != nullptr) *gone_ = true;
  if (shakes_ && turns_ != nullptr) turns_->remove(*this);
  if (!tls_ || !tls_->is_open()) return;
  tls_->close();
  flush();
}

void tls_stream::begin() {
  const bool dials = context_->role() == tls_role::client;
  const auto meant = dialled_ != 0 ? exactly(dialled_) : any_node();
  tls_ = std::make_unique<tls_session>(context_, dials ? meant : any_speaker());
  shakes_ = true;
  if (turns_ != nullptr) turns_->add(*this);
}

void tls_stream::tell(listener whom) {
  whom_ = std::move(whom);
  if (std::exchange(begun_, true)) return;
  over_->tell({[this](std::string_view bytes) { on_sealed(bytes); }, [this] { go_on(); },
               [this](const std::string& why) { on_end(why); }});
  if (tls_) flush();
}

void tls_stream::listen(bool reads) {
  reads_ = reads;
  if (!ended_) over_->listen(reads_ && !waits_);
}

// False: whoever was told has destroyed this.
template <class Tell>
bool tls_stream::told(const Tell& tell) {
  bool gone = false;
  auto* outer = std::exchange(gone_, &gone);
  tell();
  if (!gone)
    gone_ = outer;
  else if (outer != nullptr)
    *outer = true;
  return !gone;
}

// -- what comes ----------------------------------------------------------------------------------

void tls_stream::on_sealed(std::string_view bytes) {
  if (ended_) return;
  if (!tls_) {
    if (bytes.front() != hello_record) return refuse_plain(bytes);
    try {
      begin();
    } catch (const std::exception& error) {
      return end(error.what());
    }
  }
  if (!shakes_ || turns_ == nullptr) return open(bytes);
  // It is not read on before its turn has come, so that no more than this has to be kept.
  unheard_.append(bytes);
  if (std::exchange(waits_, true)) return;
  over_->listen(false);
  turns_->ask_turn(*this);
}

void tls_stream::shake() {
  waits_ = false;
  const auto bytes = std::exchange(unheard_, {});
  over_->listen(reads_);
  open(bytes);
}

void tls_stream::crowd_out() {
  failure_ = tls_failure::too_much;
  end("too many shake hands at a time");
}

// Whoever speaks without TLS gets an alert, which a node takes for the answer that it is.
void tls_stream::refuse_plain(std::string_view bytes) {
  failure_ = tls_failure::malformed;
  over_->write({&alert, 1});
  end(std::string_view{"lithair"}.starts_with(bytes.substr(0, 7))
          ? "it speaks as a node without TLS, and links of this node are under TLS; start it with "
            "--peer-tls-cert, --peer-tls-key and --peer-tls-ca"
          : "it does not speak TLS");
}

void tls_stream::on_end(const std::string& why) {
  if (ended_) return;
  if (waits_) {
    // What came before counts, an alert perhaps.
    if (turns_ != nullptr) turns_->remove(*this);
    shakes_ = false;
    waits_ = false;
    if (!told([this, bytes = std::exchange(unheard_, {})] { open(bytes); }) || ended_) return;
  }
  const bool silent = tls_ && !tls_->is_open() && context_->role() == tls_role::client;
  end(silent ? why + " in the middle of TLS; its links may be without, or its log says more" : why);
}

void tls_stream::open(std::string_view bytes) {
  auto& plain = opened_buffer();
  while (!bytes.empty() && tls_->state() != tls_state::failed) {
    const auto piece = bytes.substr(0, opened_at_once);
    bytes.remove_prefix(piece.size());
    const auto size = tls_->feed(piece, plain);
    if (shakes_ && tls_->is_open()) opened();
    flush();
    if (size == 0) continue;
    const auto tell = whom_.came;
    if (tell && !told([&] { tell({plain.data(), size}); })) return;
    if (ended_) return;
  }
  if (tls_->state() == tls_state::failed) {
    failure_ = tls_->failure();
    return end(why_failed());
  }
  if (tls_->has_ended()) return end("it closed the connection");
  go_on();
}

void tls_stream::opened() {
  shakes_ = false;
  if (turns_ != nullptr) turns_->remove(*this);
  // It was judged by the same rule.
  if (const auto& shown = tls_->peer()) {
    node_ = node_of(*shown).value_or(0);
    if (node_ == 0) program_ = program_of(*shown).value_or("");
  }
  tls_->encrypt(std::exchange(early_, {}));
}

std::string tls_stream::why_not_any_more() {
  if (ended_ || !tls_ || !tls_->is_open()) return {};
  auto newest = newest_();
  const auto now = std::chrono::steady_clock::now();
  if (newest == judged_by_ && now - judged_at_ < judged_again_after) return {};
  judged_by_ = std::move(newest);
  judged_at_ = now;
  auto why = tls_->why_not_any_more(*judged_by_);
  if (why.empty()) return why;
  const auto& shown = tls_->peer();
  return "the certificate that it showed (" + (shown ? shown->subject : std::string{}) +
         ") is not taken any more: " + why_not_taken(why);
}

// -- what leaves ---------------------------------------------------------------------------------

std::size_t tls_stream::write(std::span<const std::string_view> parts) {
  if (ended_) return 0;
  if (!tls_ || tls_->state() == tls_state::handshaking) return keep(parts);
  auto& record = record_buffer();
  std::size_t taken = 0;
  std::size_t filled = 0;
  const auto seal = [&] {
    tls_->encrypt({record.data(), filled});
    taken += std::exchange(filled, 0);
  };
  for (auto part : parts) {
    while (!part.empty()) {
      if (filled == 0 && !has_room()) {
        blocked_ = true;
        return taken;
      }
      const auto n = std::min(part.size(), record.size() - filled);
      std::memcpy(record.data() + filled, part.data(), n);
      part.remove_prefix(n);
      filled += n;
      if (filled == record.size()) seal();
    }
  }
  if (filled != 0) seal();
  flush();
  return taken;
}

std::size_t tls_stream::keep(std::span<const std::string_view> parts) {
  std::size_t taken = 0;
  for (const auto part : parts) {
    const auto n = std::min(part.size(), most_early - early_.size());
    early_ += part.substr(0, n);
    taken += n;
    if (n == part.size()) continue;
    blocked_ = true;
    break;
  }
  return taken;
}

bool tls_stream::has_room() {
  if (!tls_->is_open()) return false;
  if (tls_->output().size() >= sealed_ahead) flush();
  return tls_->output().size() < sealed_ahead;
}

void tls_stream::flush() {
  const std::string_view part = tls_->output();
  if (!part.empty()) tls_->sent(over_->write({&part, 1}));
}

// More may be written below, or the other end is known now.
void tls_stream::go_on() {
  if (ended_ || !tls_) return;
  flush();
  if (!blocked_ || !has_room()) return;
  blocked_ = false;
  if (const auto tell = whom_.writable) tell();
}

// -- the end -------------------------------------------------------------------------------------

// Whoever is told may destroy this, and the reason with it.
void tls_stream::end(const std::string& why) {
  ended_ = true;
  if (shakes_ && turns_ != nullptr) turns_->remove(*this);
  shakes_ = false;
  over_->listen(false);
  if (const auto tell = std::exchange(whom_, {}).ended) tell(std::string(why));
}

std::string tls_stream::why_failed() const {
  const auto& said = tls_->why_failed();
  switch (failure_) {
    case tls_failure::no_certificate:
      return "it shows no certificate";
    case tls_failure::certificate: {
      const auto& whose = tls_->refused_subject();
      return "its certificate" + (whose.empty() ? "" : " (" + whose + ")") +
             " is not taken: " + why_not_taken(said);
    }
    case tls_failure::refused:
      return "it refuses what this node shows under TLS (" + said + "); its log says why";
    case tls_failure::protocol:
      return "it speaks TLS, but not as a node (ALPN " + std::string{link_protocol} + ")";
    case tls_failure::version:
      return "it speaks no version of TLS that links take, which is 1.3 (" + said + ")";
    case tls_failure::none:
    case tls_failure::cipher:
    case tls_failure::malformed:
    case tls_failure::too_much:
      break;
  }
  return "TLS failed: " + said;
}

}  // namespace lithair::actors
