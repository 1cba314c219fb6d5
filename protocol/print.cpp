#include "protocol/print.hpp"

#include <cctype>

namespace lithair::protocol {

namespace {

/// Payloads are shown up to here.
constexpr std::size_t shown_bytes = 24;

template <class Tag>
std::string number(tagged<Tag> x) {
  return std::to_string(x.value);
}

/// "3@7": index, then term, as the transcripts name entries.
std::string at(index_t index, term_t term) { return number(index) + "@" + number(term); }

std::string field(std::string_view name, std::uint64_t value) {
  return " " + std::string{name} + "=" + std::to_string(value);
}

/// Nothing when zero: "none" is not worth a word.
std::string maybe(std::string_view name, std::uint64_t value) {
  return value == 0 ? std::string{} : field(name, value);
}

/// Numbers of a process count up from its session, which is in the high bits.
std::string session_number(std::uint64_t value) {
  return std::to_string(value >> 40) + "." + std::to_string(value & ((std::uint64_t{1} << 40) - 1));
}

/// Its name when it is set.
std::string flag(std::string_view name, bool set) {
  return set ? " " + std::string{name} : std::string{};
}

/// Bytes that would spoil a line are dots; what is longer is cut.
std::string printable(std::string_view bytes) {
  std::string result;
  for (char c : bytes.substr(0, shown_bytes)) {
    result += std::isprint(static_cast<unsigned char>(c)) != 0 ? c : '.';
  }
  return bytes.size() > shown_bytes ? result + "..." : result;
}

std::string set_to_string(const std::vector<member>& members) {
  std::string result;
  for (const member& x : members) {
    if (!result.empty()) result += ' ';
    result += number(x.id) + (x.voter ? "" : "?");
  }
  return result;
}

/// One line for each kind: what it is, then its fields. An answer bears its question's name.
struct message_printer {
  std::string operator()(const vote_request& x) const {
    return std::string{x.pre ? "pre-vote?" : "vote?"} + field("term", x.term.value) +
           " last=" + at(x.last_index, x.last_term) + flag("transfer", x.transfer);
  }
  std::string operator()(const vote_response& x) const {
    return std::string{x.pre ? "pre-vote" : "vote"} + field("term", x.term.value) +
           (x.granted ? " granted" : " refused") +
           maybe("no-member-as-of", x.no_member_as_of.value);
  }
  std::string operator()(const append_request& x) const {
    std::string text = "append" + field("term", x.term.value) +
                       " prev=" + at(x.prev_index, x.prev_term) + field("commit", x.commit.value);
    text += maybe("round", x.round);
    for (const entry& e : x.entries) text += " [" + to_string(e) + "]";
    return text;
  }
  std::string operator()(const append_response& x) const {
    std::string text = "append-answer" + field("term", x.term.value);
    // A refusal has no match, and a success no hint.
    if (x.success) return text + field("match", x.match.value) + maybe("round", x.round);
    return text + " rejected=" + number(x.rejected) + " hint=" + at(x.hint_index, x.hint_term);
  }
  std::string operator()(const heartbeat& x) const {
    return "heartbeat" + field("term", x.term.value) + field("commit", x.commit.value) +
           maybe("round", x.round);
  }
  std::string operator()(const heartbeat_response& x) const {
    return "heartbeat-answer" + field("term", x.term.value) + field("match", x.match.value) +
           maybe("round", x.round);
  }
  std::string operator()(const snapshot_request& x) const {
    return "snapshot" + field("term", x.term.value) + " of=" + at(x.meta.index, x.meta.term) +
           " members=(" + to_string(x.meta.members) + ")" + field("offset", x.offset) +
           field("bytes", x.data.size()) + flag("done", x.done);
  }
  std::string operator()(const snapshot_response& x) const {
    return "snapshot-answer" + field("term", x.term.value) + field("of", x.index.value) +
           field("offset", x.offset) + flag("installed", x.installed) +
           flag("rejected", x.rejected);
  }
  std::string operator()(const timeout_now& x) const {
    return "timeout-now" + field("term", x.term.value);
  }
  std::string operator()(const read_request& x) const {
    return "read?" + field("term", x.term.value) + " id=" + session_number(x.id) +
           flag("recovering", x.recovering);
  }
  std::string operator()(const read_response& x) const {
    return "read" + field("term", x.term.value) + " id=" + session_number(x.id) +
           (x.index ? field("index", x.index.value) : " refused") +
           flag("not-a-voter", !x.asker_votes);
  }
  std::string operator()(const propose_request& x) const {
    std::string text =
        "propose" + field("term", x.term.value) + " number=" + session_number(x.number);
    for (const proposal& p : x.proposals) text += " [" + printable(p.data.view()) + "]";
    return text;
  }
  std::string operator()(const propose_response& x) const {
    return "propose-answer" + field("term", x.term.value) + " number=" + session_number(x.number) +
           " " + std::string{to_string(x.why)} + field("serials", x.serials.size());
  }
};

}  // namespace

std::string_view to_string(role x) {
  switch (x) {
    case role::follower:
      return "follower";
    case role::pre_candidate:
      return "pre-candidate";
    case role::candidate:
      return "candidate";
    case role::leader:
      return "leader";
    case role::learner:
      return "learner";
  }
  return "?";
}

std::string_view to_string(refusal x) {
  switch (x) {
    case refusal::none:
      return "taken";
    case refusal::not_leader:
      return "not-leader";
    case refusal::no_leader:
      return "no-leader";
    case refusal::busy:
      return "busy";
    case refusal::transferring:
      return "transferring";
  }
  return "?";
}

std::string_view to_string(raft_core::change_refusal x) {
  using enum raft_core::change_refusal;
  switch (x) {
    case none:
      return "begun";
    case not_leader:
      return "not-leader";
    case in_progress:
      return "in-progress";
    case term_not_committed:
      return "term-not-committed";
    case transferring:
      return "transferring";
    case same:
      return "same";
    case invalid:
      return "invalid";
    case lagging:
      return "lagging";
    case no_live_majority:
      return "no-live-majority";
    case nothing_to_abort:
      return "nothing-to-abort";
  }
  return "?";
}

std::string to_string(const entry& x) {
  std::string text = at(x.index, x.term);
  if (x.kind == entry_kind::noop) return text + " noop";
  if (x.kind == entry_kind::command) return text + " " + printable(x.data.view());
  std::optional<configuration> members = decode_configuration(x.data.view());
  return text + " members(" + (members ? to_string(*members) : "?") + ")";
}

std::string to_string(const configuration& x) {
  std::string text = set_to_string(x.members);
  return x.joint() ? text + " <- " + set_to_string(x.outgoing) : text;
}

std::string to_string(const message& x) { return std::visit(message_printer{}, x); }

}  // namespace lithair::protocol
