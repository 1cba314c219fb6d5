#include "protocol/configuration.hpp"

#include <algorithm>
#include <cstdint>

namespace lithair::protocol {

namespace {

// The bytes of a configuration entry, integers little-endian:
//   configuration = version:u8 (1)  set  set        new members, then outgoing ones
//   set           = count:u32  member*
//   member        = id:u64  voter:u8  length:u32  address
constexpr std::uint8_t format = 1;

/// A byte at a time, so the machine's own order does not matter.
template <class Integer>
void put(std::string& out, Integer number) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(number) >> (8 * i)) & 0xff));
  }
}

/// Takes an integer off the front; false when the bytes run out.
template <class Integer>
bool get(std::string_view& in, Integer& number) {
  if (in.size() < sizeof(Integer)) return false;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(in[i])) << (8 * i);
  }
  number = static_cast<Integer>(value);
  in.remove_prefix(sizeof(Integer));
  return true;
}

void put_set(std::string& out, const std::vector<member>& members) {
  put(out, static_cast<std::uint32_t>(members.size()));
  for (const member& x : members) {
    put(out, x.id.value);
    put(out, static_cast<std::uint8_t>(x.voter));
    put(out, static_cast<std::uint32_t>(x.address.size()));
    out += x.address;
  }
}

bool get_member(std::string_view& in, member& m) {
  std::uint8_t voter = 0;
  std::uint32_t length = 0;
  if (!get(in, m.id.value) || !get(in, voter) || voter > 1 || !get(in, length)) return false;
  if (in.size() < length) return false;
  m.voter = voter == 1;
  m.address = in.substr(0, length);
  in.remove_prefix(length);
  return true;
}

bool get_set(std::string_view& in, std::vector<member>& members) {
  std::uint32_t count = 0;
  if (!get(in, count)) return false;
  for (; count > 0; --count) {
    if (!get_member(in, members.emplace_back())) return false;
  }
  return true;
}

const member* find_in(const std::vector<member>& members, node_id id) {
  auto found = std::find_if(members.begin(), members.end(),
                            [id](const member& each) { return each.id == id; });
  return found == members.end() ? nullptr : &*found;
}

bool votes_in(const std::vector<member>& members, node_id id) {
  const member* x = find_in(members, id);
  return x != nullptr && x->voter;
}

}  // namespace

bool configuration::contains(node_id id) const { return find(id) != nullptr; }

bool configuration::is_voter(node_id id) const {
  return votes_in(members, id) || votes_in(outgoing, id);
}

const member* configuration::find(node_id id) const {
  const member* x = find_in(members, id);
  return x != nullptr ? x : find_in(outgoing, id);
}

std::optional<std::vector<member>> normalized(std::vector<member> members) {
  std::sort(members.begin(), members.end(),
            [](const member& a, const member& b) { return a.id < b.id; });
  bool any_voter = false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!members[i].id || (i > 0 && members[i - 1].id == members[i].id)) return std::nullopt;
    any_voter = any_voter || members[i].voter;
  }
  if (!any_voter) return std::nullopt;
  return members;
}

bool same_voters(const std::vector<member>& a, const std::vector<member>& b) {
  auto all_vote_in = [](const std::vector<member>& from, const std::vector<member>& in) {
    return std::all_of(from.begin(), from.end(),
                       [&in](const member& each) { return !each.voter || votes_in(in, each.id); });
  };
  return all_vote_in(a, b) && all_vote_in(b, a);
}

std::string encode(const configuration& members) {
  std::string out;
  put(out, format);
  put_set(out, members.members);
  put_set(out, members.outgoing);
  return out;
}

std::optional<configuration> decode_configuration(std::string_view bytes) {
  configuration x;
  std::uint8_t version = 0;
  if (!get(bytes, version) || version != format) return std::nullopt;
  if (!get_set(bytes, x.members) || !get_set(bytes, x.outgoing)) return std::nullopt;
  if (!bytes.empty() || x.members.empty()) return std::nullopt;
  return x;
}

}  // namespace lithair::protocol
