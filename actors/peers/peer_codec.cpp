#include "actors/peers/peer_codec.hpp"

#include <cstring>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <msgpack.hpp>

namespace lithair::actors {

using namespace protocol;

namespace {

// -- the fields of each message, once for both directions ----------------------------------------

// One list serves writing, reading and counting, so that they can't differ.
template <class Archive>
void fields(Archive& a, vote_request& request) {
  a(request.term, request.last_index, request.last_term, request.pre, request.transfer);
}
template <class Archive>
void fields(Archive& a, vote_response& response) {
  a(response.term, response.granted, response.pre, response.no_member_as_of, response.clock_us);
}
template <class Archive>
void fields(Archive& a, append_request& request) {
  a(request.term, request.prev_index, request.prev_term, request.commit, request.round);
  a.entries(request.prev_index, request.entries);
}
template <class Archive>
void fields(Archive& a, append_response& response) {
  a(response.term, response.success, response.match, response.rejected, response.hint_index,
    response.hint_term, response.round);
}
template <class Archive>
void fields(Archive& a, heartbeat& beat) {
  a(beat.term, beat.commit, beat.round);
}
template <class Archive>
void fields(Archive& a, heartbeat_response& response) {
  a(response.term, response.round, response.match, response.clock_us);
}
template <class Archive>
void fields(Archive& a, snapshot_request& request) {
  a(request.term, request.meta.index, request.meta.term, request.meta.members, request.meta.size,
    request.meta.checksum, request.offset, request.data, request.done);
}
template <class Archive>
void fields(Archive& a, snapshot_response& response) {
  a(response.term, response.index, response.offset, response.installed, response.rejected);
}
template <class Archive>
void fields(Archive& a, timeout_now& order) {
  a(order.term);
}
template <class Archive>
void fields(Archive& a, read_request& request) {
  a(request.term, request.id, request.recovering);
}
template <class Archive>
void fields(Archive& a, read_response& response) {
  a(response.term, response.id, response.index, response.asker_votes);
}
template <class Archive>
void fields(Archive& a, propose_request& request) {
  a(request.term, request.number);
  a.proposals(request.proposals);
}
template <class Archive>
void fields(Archive& a, propose_response& response) {
  a(response.term, response.number, response.why, response.serials);
}

// -- writing -------------------------------------------------------------------------------------

constexpr std::uint8_t no_flags = 0;
constexpr std::size_t entry_head_size = 8 + 1 + 1 + 8 + 8 + 8 + 8 + 4;
constexpr std::size_t proposal_head_size = 8 + 8 + 8 + 4;

struct string_sink {
  std::string& out;
  void write(const char* data, std::size_t size) { out.append(data, size); }
};

template <class T>
void put(std::string& out, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  out.append(raw, sizeof(T));
}

// How many fields a message has: msgpack wants an array's length before its elements.
struct counter {
  std::uint32_t count = 0;
  template <class... Ts>
  void operator()(Ts&...) {
    count += sizeof...(Ts);
  }
  void entries(index_t, std::vector<entry>&) { ++count; }
  void proposals(std::vector<proposal>&) { ++count; }
};

class writer {
 public:
  writer() : sink_{out_}, pack_(sink_) {}

  gathered take() {
    all_.add(std::move(out_));
    return std::move(all_);
  }

  template <class... Ts>
  void operator()(Ts&... xs) {
    (one(xs), ...);
  }

  // Flat, not msgpack: copied as they lie, and read without a copy.
  void entries(index_t, std::vector<entry>& xs) {
    std::size_t size = 0;
    std::size_t copied = 0;
    for (auto& x : xs) {
      size += entry_head_size + x.data.size();
      copied += entry_head_size + (x.data.size() < gathered::shared_from ? x.data.size() : 0);
    }
    pack_.pack_bin(static_cast<std::uint32_t>(size));
    sink_.out.reserve(sink_.out.size() + copied);
    for (auto& x : xs) {
      put(sink_.out, x.term.value);
      put(sink_.out, static_cast<std::uint8_t>(x.kind));
      // Room for what later versions may say of an entry.
      put(sink_.out, no_flags);
      put(sink_.out, x.from.node.value);
      put(sink_.out, x.from.serial);
      put(sink_.out, x.from.run);
      put(sink_.out, x.time_us);
      put(sink_.out, static_cast<std::uint32_t>(x.data.size()));
      append(x.data);
    }
  }

  void proposals(std::vector<proposal>& xs) {
    std::size_t size = 0;
    for (auto& x : xs) size += proposal_head_size + x.data.size();
    pack_.pack_bin(static_cast<std::uint32_t>(size));
    for (auto& x : xs) {
      put(sink_.out, x.from.node.value);
      put(sink_.out, x.from.serial);
      put(sink_.out, x.from.run);
      put(sink_.out, static_cast<std::uint32_t>(x.data.size()));
      append(x.data);
    }
  }

  msgpack::packer<string_sink>& pack() { return pack_; }

 private:
  template <class Tag>
  void one(tagged<Tag>& tag) {
    pack_.pack_uint64(tag.value);
  }
  void one(std::uint64_t& number) { pack_.pack_uint64(number); }
  void one(std::int64_t& number) { pack_.pack_int64(number); }
  void one(bool& flag) { flag ? pack_.pack_true() : pack_.pack_false(); }
  void one(refusal& why) { pack_.pack_uint8(static_cast<std::uint8_t>(why)); }
  void one(payload& data) {
    pack_.pack_bin(static_cast<std::uint32_t>(data.size()));
    append(data);
  }
  void one(configuration& members) { bin(encode(members)); }
  void one(std::vector<std::uint64_t>& xs) {
    std::string flat;
    for (auto x : xs) put(flat, x);
    bin(flat);
  }
  void bin(std::string_view text) {
    pack_.pack_bin(static_cast<std::uint32_t>(text.size()));
    pack_.pack_bin_body(text.data(), static_cast<std::uint32_t>(text.size()));
  }

  void append(const payload& data) {
    if (data.size() < gathered::shared_from) {
      out_.append(data.view());
    } else {
      all_.add(std::exchange(out_, {}));
      all_.add(data);
    }
  }

  gathered all_;     // but for what follows
  std::string out_;  // written since something was shared
  string_sink sink_;
  msgpack::packer<string_sink> pack_;
};

// -- reading -------------------------------------------------------------------------------------

struct malformed : std::runtime_error {
  malformed() : std::runtime_error("malformed peer message") {}
};

// Walks over bytes of our own flat layouts.
class cursor {
 public:
  explicit cursor(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  template <class T>
  T number() {
    T x;
    std::memcpy(&x, take(sizeof(T)).data(), sizeof(T));
    return x;
  }
  // Every length is checked against what is left, whatever the bytes claim.
  std::string_view take(std::size_t n) {
    if (rest_.size() < n) throw malformed{};
    auto result = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return result;
  }

 private:
  std::string_view rest_;
};

class reader {
 public:
  reader(const msgpack::object_array& array, std::shared_ptr<const std::string> owner)
      : next_(array.ptr + 1), end_(array.ptr + array.size), owner_(std::move(owner)) {}

  template <class... Ts>
  void operator()(Ts&... xs) {
    (one(xs), ...);
  }

  void entries(index_t prev, std::vector<entry>& xs) {
    auto index = prev;
    for (cursor in{bin()}; !in.done();) {
      entry x;
      x.index = ++index;
      x.term = term_t{in.number<std::uint64_t>()};
      auto kind = in.number<std::uint8_t>();
      // A kind that is not known here must not be taken for another.
      if (kind < 1 || kind > 3) throw malformed{};
      x.kind = static_cast<entry_kind>(kind);
      // Not understood is not harmless: it may change what the entry means.
      if (in.number<std::uint8_t>() != no_flags) throw malformed{};
      x.from.node = node_id{in.number<std::uint64_t>()};
      x.from.serial = in.number<std::uint64_t>();
      x.from.run = in.number<std::uint64_t>();
      x.time_us = in.number<std::int64_t>();
      x.data = payload{owner_, in.take(in.number<std::uint32_t>())};
      xs.push_back(std::move(x));
    }
  }

  void proposals(std::vector<proposal>& xs) {
    for (cursor in{bin()}; !in.done();) {
      proposal x;
      x.from.node = node_id{in.number<std::uint64_t>()};
      x.from.serial = in.number<std::uint64_t>();
      x.from.run = in.number<std::uint64_t>();
      x.data = payload{owner_, in.take(in.number<std::uint32_t>())};
      xs.push_back(std::move(x));
    }
  }

  // More fields than are known: it is of another version.
  void finish() const {
    if (next_ != end_) throw malformed{};
  }

 private:
  const msgpack::object& next(msgpack::type::object_type type) {
    if (next_ == end_ || next_->type != type) throw malformed{};
    return *next_++;
  }
  template <class Tag>
  void one(tagged<Tag>& tag) {
    one(tag.value);
  }
  void one(std::uint64_t& number) { number = next(msgpack::type::POSITIVE_INTEGER).via.u64; }
  void one(std::int64_t& number) {
    if (next_ == end_) throw malformed{};
    auto& from = *next_++;
    const bool fits = from.type == msgpack::type::NEGATIVE_INTEGER ||
                      (from.type == msgpack::type::POSITIVE_INTEGER && from.via.u64 <= INT64_MAX);
    if (!fits) throw malformed{};
    number = from.via.i64;
  }
  void one(bool& flag) { flag = next(msgpack::type::BOOLEAN).via.boolean; }
  void one(refusal& why) {
    auto raw = next(msgpack::type::POSITIVE_INTEGER).via.u64;
    if (raw > static_cast<std::uint64_t>(refusal::transferring)) throw malformed{};
    why = static_cast<refusal>(raw);
  }
  void one(payload& data) { data = payload{owner_, bin()}; }
  void one(configuration& members) {
    auto decoded = decode_configuration(bin());
    if (!decoded) throw malformed{};
    members = std::move(*decoded);
  }
  void one(std::vector<std::uint64_t>& xs) {
    for (cursor in{bin()}; !in.done();) xs.push_back(in.number<std::uint64_t>());
  }
  std::string_view bin() {
    auto& x = next(msgpack::type::BIN);
    return {x.via.bin.ptr, x.via.bin.size};
  }

  const msgpack::object* next_;
  const msgpack::object* end_;
  std::shared_ptr<const std::string> owner_;
};

// The kind's place in the variant tells its type.
template <std::size_t... Is>
message make_kind(std::size_t kind, std::index_sequence<Is...>) {
  message result;
  ((kind == Is ? void(result.emplace<Is>()) : void()), ...);
  return result;
}

// [kind, field...]; the fields know their own types.
message read_message(const msgpack::object& from, const std::shared_ptr<const std::string>& owner) {
  constexpr auto kinds = std::variant_size_v<message>;
  if (from.type != msgpack::type::ARRAY || from.via.array.size == 0) throw malformed{};
  auto& tag = from.via.array.ptr[0];
  if (tag.type != msgpack::type::POSITIVE_INTEGER || tag.via.u64 >= kinds) throw malformed{};
  auto result = make_kind(tag.via.u64, std::make_index_sequence<kinds>{});
  reader in{from.via.array, owner};
  std::visit([&](auto& each) { fields(in, each); }, result);
  in.finish();
  return result;
}

}  // namespace

gathered encode(group_id group, const std::vector<message>& messages) {
  writer to;
  to.pack().pack_array(static_cast<std::uint32_t>(1 + messages.size()));
  to.pack().pack_uint64(group.value);
  for (auto& each : messages) {
    // `fields` serves both directions and so takes references to non-const; writing changes
    // nothing.
    auto& m = const_cast<message&>(each);
    counter count;
    std::visit([&](auto& content) { fields(count, content); }, m);
    to.pack().pack_array(1 + count.count);
    to.pack().pack_uint32(static_cast<std::uint32_t>(m.index()));
    std::visit([&](auto& content) { fields(to, content); }, m);
  }
  return to.take();
}

std::optional<peer_batch> decode(std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  try {
    // Strings and binaries refer to `owner` instead of being copied; container sizes are bounded,
    // for msgpack reserves what a header claims.
    msgpack::unpack_limit limit(4096, 0, 0, owner->size(), 0, 4);
    std::size_t offset = 0;
    auto unpacked = msgpack::unpack(
        owner->data(), owner->size(), offset,
        [](msgpack::type::object_type, std::size_t, void*) { return true; }, nullptr, limit);
    auto& root = unpacked.get();
    if (offset != owner->size() || root.type != msgpack::type::ARRAY || root.via.array.size < 1)
      return {};
    auto& group = root.via.array.ptr[0];
    if (group.type != msgpack::type::POSITIVE_INTEGER) return {};
    peer_batch result{group_id{group.via.u64}, {}};
    for (std::uint32_t i = 1; i < root.via.array.size; ++i)
      result.messages.push_back(read_message(root.via.array.ptr[i], owner));
    return result;
    // msgpack throws of its own, and so does what is malformed: neither is worth more than dropping
    // it.
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace lithair::actors
