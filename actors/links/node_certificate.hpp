#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "actors/tls/tls_session.hpp"

/// Whose a certificate is among nodes, and those that they let in. Pure.
namespace lithair::actors {

/// What nodes say that they speak under TLS (ALPN, RFC 7301).
inline constexpr auto link_protocol = "lithair-peer";

/// By what a certificate names a node: "lithair://node/3", as a URI among its subject alternative
/// names (RFC 5280 §4.2.1.6).
std::string node_uri(std::uint64_t node);
/// The node that a certificate speaks for: it names one of those that clusters use, and no more. Or
/// why it speaks for none, without a full stop.
tl::expected<std::uint64_t, std::string> node_of(const certificate& shown);

/// By what a certificate names a program: "lithair://program/NAME", of up to 64 letters, digits,
/// dots, dashes and underscores.
std::string program_uri(std::string_view name);
/// The program that a certificate speaks for: it names one, and no node. Or why it speaks for none.
tl::expected<std::string, std::string> program_of(const certificate& shown);

/// How nodes speak TLS with each other.
tls_usage link_usage();
/// What a node asks of whoever comes: to be some node, or some program.
tls_expectation any_speaker();
/// What a program asks of whom it dials: to be some node.
tls_expectation any_node();
/// And of whom it dials: to be the one that is meant.
tls_expectation exactly(std::uint64_t node);
/// Why a certificate is not one for this node itself, as the end of a sentence behind the file's
/// name; empty: it is.
std::string why_not_own(std::uint64_t self, const certificate& own);
/// The same of a program's own.
std::string why_not_of_program(const certificate& own);

}  // namespace lithair::actors
