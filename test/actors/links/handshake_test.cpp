#include "actors/links/handshake.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <string>

#include "actors/links/fields.hpp"
#include "test/actors/links/two_ends.hpp"

namespace handshake_test {

using namespace lithair::test;
using namespace lithair::actors;

namespace {

// What somebody says to node 1, and how that ends; what he is told is left in `answer`.
std::string say(std::string_view bytes, std::string* answer = nullptr) {
  const handshake::judge judge{{}, two_ends::unproven};
  handshake there{handshake::side::accepting, hello_of(1), judge};
  there.feed(bytes);
  const auto said = there.take_output();
  if (answer != nullptr) *answer = said;
  return two_ends::end(there);
}

std::string words_of_node_2() {
  const handshake::judge judge{{}, two_ends::unproven};
  return handshake{handshake::side::dialling, hello_of(2, 1), judge}.take_output();
}

struct a_program : two_ends {
  a_program() {
    dialling.node = highest_node + 1000;
    dialling.to = 0;
    dialling.features = speaks_as_program;
    of_accepting.why_no_program = [] { return std::string{}; };
  }
  /// What somebody proves by his certificate, and how the node that he comes to ends.
  std::string proved(std::uint64_t node, const std::string& program) {
    handshake here{handshake::side::dialling, dialling, of_dialling};
    handshake there{handshake::side::accepting, accepting, of_accepting};
    there.expect(node);
    there.expect_program(program);
    talk(here, there);
    return end(there);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(handshakes, two_ends)

BOOST_AUTO_TEST_CASE(two_nodes_of_a_cluster_meet) {
  BOOST_TEST(meet().first == "meets node 1");
  BOOST_TEST(meet().second == "meets node 2");
}

BOOST_AUTO_TEST_CASE(who_is_part_of_no_cluster_may_meet_one_that_is) {
  dialling.cluster = 0;
  BOOST_TEST(meet().second == "meets node 2");
  dialling.cluster = 7;
  accepting.cluster = 0;
  BOOST_TEST(meet().second == "meets node 2");
}

BOOST_AUTO_TEST_CASE(who_is_refused_is_told_why) {
  struct {
    const char* name;
    std::function<void(two_ends&)> change;
    std::string dialling;
    std::string accepting;
  } const cases[] = {
      {"another cluster", [](two_ends& x) { x.dialling.cluster = 8; },
       "is refused: it belongs to another cluster", "refuses: it belongs to another cluster"},
      {"another version", [](two_ends& x) { x.dialling.version = 5; },
       "is refused: it speaks version 5 of the peer protocol, this node 6",
       "refuses: it speaks version 5 of the peer protocol, this node 6"},
      {"another node answers", [](two_ends& x) { x.accepting.node = 3; },
       "refuses: node 3 answers there", "refuses: this is node 3, not 1"},
      {"the same number", [](two_ends& x) { x.dialling.node = 1; },
       "is refused: it has the number of this node", "refuses: it has the number of this node"},
      {"a number beyond all", [](two_ends& x) { x.dialling.node = 65536; },
       "is refused: its node id is not one that clusters use",
       "refuses: its node id is not one that clusters use"},
  };
  for (const auto& each : cases) {
    BOOST_TEST_CONTEXT(each.name) {
      two_ends ends;
      each.change(ends);
      const auto [here, there] = ends.meet();
      BOOST_TEST(here == each.dialling);
      BOOST_TEST(there == each.accepting);
    }
  }
}

BOOST_AUTO_TEST_CASE(both_ends_prove_that_they_know_the_secret) {
  of_dialling.code = of_accepting.code = coding_with("a secret");
  BOOST_TEST(meet().first == "meets node 1");
  BOOST_TEST(meet().second == "meets node 2");
  of_dialling.code = coding_with("another");
  BOOST_TEST(meet().first == "refuses: node 1 knows no secret");
  BOOST_TEST(meet().second == "is refused: node 1 knows no secret");
  of_dialling.code = {};
  BOOST_TEST(meet().first == "is refused: node 2 knows no secret");
  BOOST_TEST(meet().second == "refuses: node 2 knows no secret");
}

// Whoever has heard all that a node said can't say it again, nor send its own words back.
BOOST_AUTO_TEST_CASE(what_was_heard_once_proves_nothing) {
  of_dialling.code = of_accepting.code = coding_with("a secret");
  std::string heard;
  {
    handshake here{handshake::side::dialling, dialling, of_dialling};
    handshake there{handshake::side::accepting, accepting, of_accepting};
    heard = here.take_output();
    std::string_view bytes = heard;
    there.feed(bytes);
    const auto answer = there.take_output();
    bytes = answer;
    here.feed(bytes);
    heard += here.take_output();
  }
  accepting.nonce = {1, 2};
  handshake again{handshake::side::accepting, accepting, of_accepting};
  std::string_view bytes = heard;
  again.feed(bytes);
  BOOST_TEST(end(again) == "refuses: node 2 knows no secret");
}

BOOST_AUTO_TEST_CASE(who_speaks_something_else_is_left_without_an_answer_at_his_first_wrong_byte) {
  std::string answer;
  for (const std::string_view bytes :
       {std::string_view{"GET / HTTP/1.1\r\n\r\n"}, std::string_view{"\x01\0\0\0\0\0\0\0", 8},
        std::string_view{"\xff\xff\xff\xff", 4}, std::string_view{"lithium\x01"}}) {
    BOOST_TEST(say(bytes, &answer) == "refuses: it does not speak as a node");
    BOOST_TEST(answer == "");
  }
}

BOOST_AUTO_TEST_CASE(who_speaks_another_version_of_the_link_is_told_so) {
  std::string answer;
  BOOST_TEST(say("lithair\x02whatever it may be", &answer) ==
             "refuses: it speaks version 2 of the link between nodes, this node 1");
  BOOST_TEST(answer.find("it speaks version 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_greeting_takes_a_kibibyte_at_most) {
  const std::string head("lithair\x01\x01\x04\0\0\0\x01\0\0\0\0\0\0\0\0\0\0", 24);
  BOOST_TEST(say(head) == "refuses: it announces a frame of 1025 bytes, and 1024 is the most");
}

BOOST_AUTO_TEST_CASE(what_later_versions_tell_behind_their_fields_is_passed_over) {
  auto words = words_of_node_2();
  words += "more";
  words[8] = static_cast<char>(words[8] + 4);
  BOOST_TEST(say(words) == "waits");
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_handshake_are_left_to_the_link) {
  const handshake::judge judge{{}, unproven};
  handshake here{handshake::side::dialling, dialling, judge};
  handshake there{handshake::side::accepting, accepting, judge};
  pass(here, there);
  pass(there, here);
  const auto said = here.take_output() + "frames of the link";
  std::string_view bytes = said;
  there.feed(bytes);
  BOOST_TEST(end(there) == "meets node 2");
  BOOST_TEST(bytes == "frames of the link");
}

BOOST_AUTO_TEST_CASE(it_ends_the_same_however_the_bytes_are_cut) {
  BOOST_TEST(rc::check("whatever is changed, and wherever it is cut", [] {
    auto words = words_of_node_2();
    for (const auto& [at, with] : *rc::gen::container<std::vector<std::pair<std::size_t, char>>>(
             2, rc::gen::pair(rc::gen::inRange<std::size_t>(0, words.size()),
                              rc::gen::arbitrary<char>())))
      words[at] = with;
    const auto cut = *rc::gen::inRange<std::size_t>(1, words.size());
    const handshake::judge judge{{}, unproven};
    handshake there{handshake::side::accepting, hello_of(1), judge};
    for (std::size_t at = 0; at < words.size(); at += cut) {
      auto part = std::string_view{words}.substr(at, cut);
      there.feed(part);
    }
    RC_ASSERT(end(there) == say(words));
  }));
}

BOOST_AUTO_TEST_CASE(words_of_others_come_short_and_without_control_characters) {
  handshake here{handshake::side::dialling, dialling, of_dialling};
  frame_head head;
  head.kind = frame_kind::refused;
  const auto said = "lithair\x01" + encode(head, field_writer{}
                                                     .number(std::uint64_t{1})
                                                     .text("a\nb\x1b[31m" + std::string(900, 'x'))
                                                     .take());
  std::string_view bytes = said;
  here.feed(bytes);
  BOOST_TEST(end(here).starts_with("is refused: a b [31mx"));
  BOOST_TEST(end(here).size() < 550u);
}

BOOST_AUTO_TEST_CASE(who_says_to_be_another_node_than_was_proved_is_refused_whatever_else_he_says) {
  const handshake::judge judge{{}, two_ends::unproven};
  for (const std::uint32_t version : {6u, 5u}) {
    auto claimed = hello_of(2, 1);
    claimed.version = version;
    handshake here{handshake::side::dialling, claimed, judge};
    handshake there{handshake::side::accepting, hello_of(1), judge};
    there.expect(3);
    two_ends::pass(here, there);
    BOOST_TEST(two_ends::end(there) ==
               "refuses: its certificate is that of node 3, and it says to be node 2");
    // It is not known who that is.
    BOOST_TEST(there.other().node == 0u);
    two_ends::pass(there, here);
    BOOST_TEST(two_ends::end(here) ==
               "is refused: its certificate is that of node 3, and it says to be node 2");
  }
}

BOOST_AUTO_TEST_CASE(who_is_whom_was_proved_to_be_meets) {
  const handshake::judge judge{{}, two_ends::unproven};
  handshake here{handshake::side::dialling, hello_of(2, 1), judge};
  handshake there{handshake::side::accepting, hello_of(1), judge};
  here.expect(1);
  there.expect(2);
  two_ends::talk(here, there);
  BOOST_TEST(two_ends::end(there) == "meets node 2");
}

BOOST_AUTO_TEST_CASE(who_comes_with_tls_where_there_is_none_is_told_apart) {
  std::string answer;
  BOOST_TEST(say("\x16\x03\x01", &answer) ==
             "refuses: it speaks TLS, and links of this node are without (--peer-tls-cert)");
  BOOST_TEST(answer == "");
  const handshake::judge judge{{}, two_ends::unproven};
  handshake here{handshake::side::dialling, hello_of(2, 1), judge};
  std::string_view alert{"\x15\x03\x03\x00\x02\x02\x0a", 7};
  here.feed(alert);
  BOOST_TEST(two_ends::end(here) ==
             "refuses: it answers by TLS, and links of this node are without (--peer-tls-cert)");
}

// -- programs ------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_program_meets_whichever_node_answers, a_program) {
  BOOST_TEST(meet().first == "meets node 1");
  accepting.node = 5;
  BOOST_TEST(meet().first == "meets node 5");
  BOOST_TEST(meet().second == "meets node 66535");
}

BOOST_FIXTURE_TEST_CASE(a_program_that_is_not_let_in_is_told_why, a_program) {
  of_accepting.why_no_program = [] { return std::string{"64 are let in already"}; };
  BOOST_TEST(meet().first == "is refused: 64 are let in already");
  of_accepting.why_no_program = {};
  BOOST_TEST(meet().first == "is refused: this node lets no programs in (--programs)");
}

BOOST_FIXTURE_TEST_CASE(a_program_of_another_cluster_or_version_is_told_so, a_program) {
  dialling.cluster = 8;
  BOOST_TEST(meet().first == "is refused: this node belongs to another cluster");
  dialling.cluster = 7;
  BOOST_TEST(meet().first == "meets node 1");
  dialling.version = 5;
  BOOST_TEST(meet().first == "is refused: it speaks version 5 of the peer protocol, this node 6");
}

BOOST_FIXTURE_TEST_CASE(a_program_has_no_number_of_a_node_and_no_program_answers_one, a_program) {
  dialling.node = 3;
  BOOST_TEST(meet().first == "is refused: its number is not one of a program");
  dialling.node = highest_node + 1;
  accepting.features = speaks_as_program;
  BOOST_TEST(meet().first == "refuses: a program answers there");
}

BOOST_FIXTURE_TEST_CASE(a_program_and_its_node_prove_that_they_know_the_secret, a_program) {
  of_dialling.code = of_accepting.code = coding_with("a secret");
  BOOST_TEST(meet().first == "meets node 1");
  of_dialling.code = coding_with("another");
  BOOST_TEST(meet().first == "refuses: node 1 knows no secret");
  of_dialling.code = {};
  BOOST_TEST(meet().second == "refuses: node 66535 knows no secret");
}

BOOST_FIXTURE_TEST_CASE(a_certificate_of_a_node_does_not_do_for_a_program_nor_the_other_way_round,
                        a_program) {
  BOOST_TEST(proved(0, "billing") == "meets node 66535");
  BOOST_TEST(proved(3, "") ==
             "refuses: its certificate is that of node 3, and it says to be a program");
  dialling = hello_of(2, 1);
  BOOST_TEST(proved(2, "") == "meets node 2");
  BOOST_TEST(proved(0, "billing") ==
             "refuses: its certificate is that of program billing, and it says to be node 2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace handshake_test
