#include "test/protocol/transcript.hpp"

#include <algorithm>
#include <stdexcept>

namespace lithair::test {

namespace {

std::uint64_t number(const std::string& word) { return std::stoull(word); }

/// "4@2" is index 4 of term 2.
std::pair<index_t, term_t> place(const std::string& word) {
  std::size_t at = word.find('@');
  return {index_t{number(word.substr(0, at))}, term_t{number(word.substr(at + 1))}};
}

std::vector<std::string> split(const std::string& line) {
  std::istringstream in{line};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

std::string transcript::play(const std::string& text) {
  std::istringstream in{text};
  std::string result;
  bool outcome = false;  // of the recording, to be replaced
  for (std::string line; std::getline(in, line);) {
    if (line == "----") outcome = true;
    if (!outcome && line.empty() && !result.ends_with("\n\n")) result += "\n";
    if (!outcome && !line.empty()) {
      result += line + "\n";
      if (line.front() != '#') result += "----\n" + run(split(line)) + "\n";
    }
    outcome = outcome && !line.empty();
  }
  return result;
}

std::string transcript::run(const arguments& words) {
  told_.clear();
  dispatch(words);
  if (told_.empty()) say("ok");
  return told_;
}

void transcript::say(const std::string& line) {
  bool beat = line.find(" heartbeat") != std::string::npos;
  if (!quiet_ || !beat) told_ += line + "\n";
}

void transcript::dispatch(const arguments& words) {
  const std::string& name = words.front();
  auto id = [&words](std::size_t i) { return number(words.at(i)); };
  cluster* c = cluster_.get();
  // nodes N: that many blank nodes; log ID T T ..: node ID begins with entries of these terms
  if (name == "nodes") return nodes(words);
  if (name == "log") return log(words);
  // bootstrap ID: it founds the group of all; found: node 1 does and leads, which is not told
  if (name == "bootstrap") return bootstrap(words);
  if (name == "found") return c->found(), told_.clear();
  // tick ID N: N ticks at one node; run N: N ticks everywhere, delivering after each, heartbeats
  // not told
  if (name == "tick")
    return c->tick(id(1), static_cast<std::uint32_t>(id(2))), c->settle((*c)[id(1)]);
  quiet_ = name == "run";
  if (quiet_) return c->tick_all(static_cast<std::uint32_t>(id(1)));
  // deliver: all messages and what follows from them; drop A B, repeat A B: those from A to B
  if (name == "deliver") return c->deliver();
  if (name == "drop") return drop(words);
  if (name == "repeat") return repeat(words);
  // inject FROM TO vote|pre-vote|append|heartbeat|timeout-now ..: a message by hand
  if (name == "inject") return inject(words);
  if (name == "propose") return propose(words);
  if (name == "read") return c->core(id(1)).read(read_token{id(2)}), c->settle((*c)[id(1)]);
  if (name == "members") return members(words);
  if (name == "transfer") {
    say(c->core(id(1)).transfer(node_id{id(2)}) ? "begun" : "refused");
    return c->settle((*c)[id(1)]);
  }
  // slow ID: its writes wait; write ID: the oldest is durable; fast ID: no more waiting
  if (name == "slow") return static_cast<void>((*c)[id(1)].slow_disk = true);
  if (name == "fast") return static_cast<void>((*c)[id(1)].slow_disk = false);
  if (name == "write") return c->complete_write(id(1)), c->settle((*c)[id(1)]);
  // restart ID: a crash; it keeps what is durable
  if (name == "restart") return c->restart(id(1));
  if (name == "isolate") return c->isolate(id(1));
  if (name == "heal") return c->heal();
  // purge ID I: node ID forgets its log up to I; snapshot A B: A's driver sends what it purged to B
  if (name == "purge") return purge(words);
  if (name == "snapshot") return snapshot(words);
  if (name == "status") return status();
  throw std::logic_error("no such command: " + name);
}

void transcript::nodes(const arguments& words) {
  cluster_ = std::make_unique<cluster>(number(words.at(1)));
  cluster_->tell = [this](const std::string& line) { say(line); };
}

void transcript::log(const arguments& words) {
  node& x = (*cluster_)[number(words.at(1))];
  std::vector<std::uint64_t> all;
  for (auto& [id, each] : cluster_->nodes_) all.push_back(id.value);
  x.base_members = cluster::members(all);
  for (std::size_t i = 2; i < words.size(); ++i) {
    x.log.push_back(command(i - 1, number(words[i]), "t" + words[i]));
    x.state.term = term_t{number(words[i])};
  }
  cluster_->start(x);
}

void transcript::bootstrap(const arguments& words) {
  std::vector<std::uint64_t> all;
  for (auto& [id, each] : cluster_->nodes_) all.push_back(id.value);
  node& x = (*cluster_)[number(words.at(1))];
  if (!x.core->bootstrap(cluster::members(all))) say("refused");
  cluster_->settle(x);
}

void transcript::members(const arguments& words) {
  std::vector<member> next;
  for (std::size_t i = 2; i < words.size(); ++i) {
    bool learns = words[i].back() == '?';
    next.push_back({node_id{number(words[i])}, !learns, ""});
  }
  std::uint64_t at = number(words.at(1));
  say(std::string{to_string(cluster_->core(at).reconfigure(next))});
  cluster_->settle((*cluster_)[at]);
}

void transcript::propose(const arguments& words) {
  std::uint64_t at = number(words.at(1));
  if (words.size() < 3) throw std::logic_error("propose ID TEXT ..");
  std::vector<proposal> all;
  for (std::size_t i = 2; i < words.size(); ++i) {
    all.push_back({{node_id{at}, ++serial_}, payload{words[i]}});
  }
  say(std::string{to_string(cluster_->core(at).propose(all))});
  cluster_->settle((*cluster_)[at]);
}

void transcript::inject(const arguments& words) {
  std::uint64_t from = number(words.at(1));
  std::uint64_t to = number(words.at(2));
  const std::string& kind = words.at(3);
  term_t term{number(words.at(4))};
  if (kind == "timeout-now") return cluster_->inject(from, to, timeout_now{term});
  if (kind == "heartbeat") {
    return cluster_->inject(from, to, heartbeat{term, index_t{number(words.at(5))}, 1});
  }
  auto [index, of] = place(words.at(5));
  if (kind == "vote" || kind == "pre-vote") {
    return cluster_->inject(from, to, vote_request{term, index, of, kind == "pre-vote", false});
  }
  if (kind != "append") throw std::logic_error("no such message: " + kind);
  append_request request{term, index, of, index_t{number(words.at(6))}, 1, {}};
  for (std::size_t i = 7; i < words.size(); ++i) {
    request.entries.push_back(command(index.value + i - 6, number(words[i]), "t" + words[i]));
  }
  cluster_->inject(from, to, request);
}

void transcript::drop(const arguments& words) {
  std::erase_if(cluster_->network, [&](const packet& p) {
    bool meant = p.from.value == number(words.at(1)) && p.to.value == number(words.at(2));
    if (meant) say("lost: " + to_string(p.content));
    return meant;
  });
}

/// Sends once more everything that was ever sent on this way.
void transcript::repeat(const arguments& words) {
  std::vector<packet> old;
  for (const packet& p : cluster_->sent) {
    if (p.from.value == number(words.at(1)) && p.to.value == number(words.at(2))) old.push_back(p);
  }
  for (packet& p : old) {
    cluster_->deliver(std::move(p));
    cluster_->deliver();
  }
}

void transcript::purge(const arguments& words) {
  node& x = (*cluster_)[number(words.at(1))];
  index_t through{number(words.at(2))};
  x.base_members = x.core->members();
  x.base_term = x.find(through)->term;
  x.log.erase(x.log.begin(), x.log.begin() + static_cast<std::ptrdiff_t>(through - x.base));
  x.base = x.checkpoint = through;
  x.core->purged(through);
}

void transcript::snapshot(const arguments& words) {
  node& from = (*cluster_)[number(words.at(1))];
  node& to = (*cluster_)[number(words.at(2))];
  snapshot_meta meta{from.base, from.base_term, from.base_members, 1, 0};
  cluster_->deliver({from.id, to.id,
                     snapshot_request{from.core->current_term(), meta, 0, payload{"state"}, true}});
  std::size_t before = to.chunks.size();
  cluster_->settle(to);
  if (to.chunks.size() == before) return;
  to.log.clear();
  to.base = to.checkpoint = to.commit = meta.index;
  to.base_term = meta.term;
  to.base_members = meta.members;
  to.core->snapshot_installed(meta);
  say("n" + std::to_string(to.id.value) + ": has installed it");
  cluster_->settle(to);
}

void transcript::status() {
  for (auto& [id, x] : cluster_->nodes_) {
    protocol::status s = x.core->inspect();
    say("n" + std::to_string(id.value) + " " + std::string{to_string(s.now)} + " term=" +
        std::to_string(s.term.value) + " log=(" + std::to_string(s.first_index.value - 1) + ", " +
        std::to_string(s.last_index.value) + "] durable=" + std::to_string(s.durable_index.value) +
        " commit=" + std::to_string(s.commit.value) + " members=" + to_string(s.members));
  }
}

}  // namespace lithair::test
