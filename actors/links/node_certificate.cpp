#include "actors/links/node_certificate.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "actors/links/handshake.hpp"

namespace lithair::actors {

namespace {

constexpr std::string_view of_nodes = "lithair://node/";
constexpr std::string_view of_programs = "lithair://program/";
constexpr std::size_t longest_name = 64;

// Letters that mean the same wherever they are shown.
bool is_name(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  return !text.empty() && text.size() <= longest_name &&
         text.find_first_not_of(letters) == std::string_view::npos;
}

// The one of this cluster's names that it has; none: it has none. Or why it can't be told.
tl::expected<const std::string*, std::string> only_name(const certificate& shown) {
  if (shown.more_names) return tl::unexpected(std::string{"it names more than nodes need"});
  const std::string* found = nullptr;
  for (const auto& each : shown.uris) {
    const bool of_node = each.starts_with(of_nodes);
    if (!of_node && !each.starts_with(of_programs)) continue;
    if (found != nullptr)
      return tl::unexpected(of_node && found->starts_with(of_nodes)
                                ? "it names two nodes, as " + *found + " and as " + each
                                : "it names two, " + *found + " and " + each);
    found = &each;
  }
  return found;
}

// As it is written, so that no two texts name the same node.
std::optional<std::uint64_t> node_in(std::string_view uri) {
  std::uint64_t node = 0;
  const auto digits = uri.substr(of_nodes.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), node);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || node == 0 || node > highest_node || uri != node_uri(node)) return std::nullopt;
  return node;
}

}  // namespace

std::string node_uri(std::uint64_t node) { return std::string{of_nodes} + std::to_string(node); }

tl::expected<std::uint64_t, std::string> node_of(const certificate& shown) {
  const auto found = only_name(shown);
  if (!found) return tl::unexpected(found.error());
  if (*found == nullptr)
    return tl::unexpected("it names no node: among its subject alternative names is no URI " +
                          std::string{of_nodes} + "ID");
  if (!(*found)->starts_with(of_nodes))
    return tl::unexpected("it names a program, " + **found + ", and no node");
  if (const auto node = node_in(**found)) return *node;
  return tl::unexpected(**found + " in it is no node that clusters use");
}

std::string program_uri(std::string_view name) { return std::string{of_programs}.append(name); }

tl::expected<std::string, std::string> program_of(const certificate& shown) {
  const auto found = only_name(shown);
  if (!found) return tl::unexpected(found.error());
  if (*found == nullptr)
    return tl::unexpected("it names no program: among its subject alternative names is no URI " +
                          std::string{of_programs} + "NAME");
  if (!(*found)->starts_with(of_programs))
    return tl::unexpected("it names a node, " + **found + ", and no program");
  auto name = (*found)->substr(of_programs.size());
  if (is_name(name)) return name;
  return tl::unexpected(**found + " in it is no name for a program");
}

tls_usage link_usage() {
  tls_usage how;
  how.protocol = link_protocol;
  how.needs_protocol = true;
  how.takes_1_2 = false;
  how.among_equals = true;
  how.others = "other nodes";
  return how;
}

tls_expectation any_speaker() {
  return {{}, [](const certificate& shown) {
            const auto node = node_of(shown);
            return node || program_of(shown) ? std::string{} : node.error();
          }};
}

tls_expectation any_node() {
  return {{}, [](const certificate& shown) {
            const auto node = node_of(shown);
            return node ? std::string{} : node.error();
          }};
}

tls_expectation exactly(std::uint64_t node) {
  return {{}, [node](const certificate& shown) {
            const auto named = node_of(shown);
            if (!named) return named.error();
            return *named == node ? std::string{}
                                  : "it is that of node " + std::to_string(*named) +
                                        ", and not of node " + std::to_string(node);
          }};
}

std::string why_not_own(std::uint64_t self, const certificate& own) {
  const auto node = node_of(own);
  if (node && *node == self) return {};
  const auto wanted = "; this node needs one with the URI " + node_uri(self) +
                      " among its subject alternative names";
  return (node ? ": the certificate is that of node " + std::to_string(*node) +
                     ", and this is node " + std::to_string(self)
               : ": the certificate can't be this node's: " + node.error()) +
         wanted;
}

std::string why_not_of_program(const certificate& own) {
  const auto name = program_of(own);
  return name ? std::string{} : ": the certificate can't be a program's: " + name.error();
}

}  // namespace lithair::actors
