#include "protocol/print.hpp"

#include <cctype>

namespace lithair::protocol {

namespace {

/// Payloads are shown up to here.
constexpr std::size_t shown_bytes = 24;

template <class Tag>
std::string number(tagged<Tag> tag) {
  return std::to_string(tag.value);
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
  std::string operator()(const vote_request& request) const {
    return std::string{request.pre ? "pre-vote?" : "vote?"} + field("term", request.term.value) +
           " last=" + at(request.last_index, request.last_term) +
           flag("transfer", request.transfer);
  }
  std::string operator()(const vote_response& response) const {
    return std::string{response.pre ? "pre-vote" : "vote"} + field("term", response.term.value) +
           (response.granted ? " granted" : " refused") +
           maybe("no-member-as-of", response.no_member_as_of.value);
  }
  std::string operator()(const append_request& request) const {
    std::string text = "append" + field("term", request.term.value) +
                       " prev=" + at(request.prev_index, request.prev_term) +
                       field("commit", request.commit.value);
    text += maybe("round", request.round);
    for (const entry& e : request.entries) text += " [" + to_string(e) + "]";
    return text;
  }
  std::string operator()(const append_response& response) const {
    std::string text = "append-answer" + field("term", response.term.value);
    // A refusal has no match, and a success no hint.
    if (response.success)
      return text + field("match", response.match.value) + maybe("round", response.round);
    return text + " rejected=" + number(response.rejected) +
           " hint=" + at(response.hint_index, response.hint_term);
  }
  std::string operator()(const heartbeat& beat) const {
    return "heartbeat" + field("term", beat.term.value) + field("commit", beat.commit.value) +
           maybe("round", beat.round);
  }
  std::string operator()(const heartbeat_response& response) const {
    return "heartbeat-answer" + field("term", response.term.value) +
           field("match", response.match.value) + maybe("round", response.round);
  }
  std::string operator()(const snapshot_request& request) const {
    return "snapshot" + field("term", request.term.value) +
           " of=" + at(request.meta.index, request.meta.term) + " members=(" +
           to_string(request.meta.members) + ")" + field("offset", request.offset) +
           field("bytes", request.data.size()) + flag("done", request.done);
  }
  std::string operator()(const snapshot_response& response) const {
    return "snapshot-answer" + field("term", response.term.value) +
           field("of", response.index.value) + field("offset", response.offset) +
           flag("installed", response.installed) + flag("rejected", response.rejected);
  }
  std::string operator()(const timeout_now& order) const {
    return "timeout-now" + field("term", order.term.value);
  }
  std::string operator()(const read_request& request) const {
    return "read?" + field("term", request.term.value) + " id=" + session_number(request.id) +
           flag("recovering", request.recovering);
  }
  std::string operator()(const read_response& response) const {
    return "read" + field("term", response.term.value) + " id=" + session_number(response.id) +
           (response.index ? field("index", response.index.value) : " refused") +
           flag("not-a-voter", !response.asker_votes);
  }
  std::string operator()(const propose_request& request) const {
    std::string text =
        "propose" + field("term", request.term.value) + " number=" + session_number(request.number);
    for (const proposal& p : request.proposals) text += " [" + printable(p.data.view()) + "]";
    return text;
  }
  std::string operator()(const propose_response& response) const {
    return "propose-answer" + field("term", response.term.value) +
           " number=" + session_number(response.number) + " " +
           std::string{to_string(response.why)} + field("serials", response.serials.size());
  }
};

}  // namespace

std::string_view to_string(role which) {
  switch (which) {
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

std::string_view to_string(refusal why) {
  switch (why) {
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

std::string_view to_string(raft_core::change_refusal why) {
  using enum raft_core::change_refusal;
  switch (why) {
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

std::string to_string(const entry& one) {
  std::string text = at(one.index, one.term);
  if (one.kind == entry_kind::noop) return text + " noop";
  if (one.kind == entry_kind::command) return text + " " + printable(one.data.view());
  std::optional<configuration> members = decode_configuration(one.data.view());
  return text + " members(" + (members ? to_string(*members) : "?") + ")";
}

std::string to_string(const configuration& members) {
  std::string text = set_to_string(members.members);
  return members.joint() ? text + " <- " + set_to_string(members.outgoing) : text;
}

std::string to_string(const message& content) { return std::visit(message_printer{}, content); }

}  // namespace lithair::protocol
