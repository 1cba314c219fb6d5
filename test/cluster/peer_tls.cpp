#include <sys/resource.h>

#include <csignal>

#include "test/cluster/sealed_cluster.hpp"
#include "test/cluster/tls_caller.hpp"

namespace peer_tls_test {

using namespace lithair;
using namespace lithair::test;

BOOST_AUTO_TEST_SUITE(cluster_peer_tls)

BOOST_AUTO_TEST_CASE(nodes_with_certificates_found_a_cluster_and_all_take_writes) {
  const peer_certificates kept(3);
  sealed_cluster nodes(kept);
  nodes.start_and_await();
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < 3; ++i) {
    auto through = nodes.client(i);
    ids.push_back(create(through, "item " + std::to_string(i)));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    auto through = nodes.client(i);
    for (const auto& id : ids) BOOST_TEST(through.get(item_path(id)).status == 200);
    const auto name = std::to_string(i + 1);
    BOOST_TEST(nodes.status(i, "/peer_tls/subject") == "CN=node " + name);
    BOOST_TEST(nodes.status(i, "/peer_tls/trouble") == "null");
    BOOST_TEST(nodes.status(i, "/tls") == "null");
    const auto metrics = through.get("/metrics").body;
    BOOST_TEST(metrics.find("lithair_peer_tls_certificate_left_seconds 315") != std::string::npos);
  }
  // Nothing but TLS is on the way.
  stranger plain{nodes.peer_port(0)};
  plain.say("lithair\x01");
  BOOST_TEST(plain.told().substr(0, 1) == "\x15");
}

BOOST_AUTO_TEST_CASE(who_shows_no_certificate_of_a_node_is_refused_and_the_log_says_why) {
  const peer_certificates kept(3);
  sealed_cluster nodes(kept);
  const auto leader = nodes.start_and_await();
  const auto term = nodes.status(leader, "/term");
  const auto port = nodes.peer_port(0);
  const authority elsewhere{"elsewhere"};
  const auto ca = kept.home().certificate();
  auto old = wish_of_node(2);
  old.begins_in_s = -7200;
  old.ends_in_s = -3600;
  auto young = wish_of_node(2);
  young.begins_in_s = 3600;
  struct {
    identity own;
    std::string said;
  } const cases[] = {
      {{}, "it shows no certificate"},
      {elsewhere.issue(wish_of_node(2)),
       "its certificate (CN=node 2) is not taken: it is of no authority that this node trusts"},
      {kept.home().issue(old), "is not taken: certificate has expired"},
      {kept.home().issue(young), "is not taken: certificate is not yet valid"},
      {kept.home().issue(), "is not taken: it names no node"},
  };
  for (const auto& each : cases) {
    BOOST_TEST_CONTEXT(each.said) {
      nodes.await_log(0, each.said, [&] {
        const auto end = tls_caller{port, each.own, ca}.meet(hello_from(2));
        BOOST_TEST((end.starts_with("refused: ") || end == "nothing more is said"), end);
      });
      nodes.goes_on(leader, term);
    }
  }
  // The holder of another node's certificate is that node and no other.
  const auto of_three = kept.home().issue(wish_of_node(3));
  BOOST_TEST(tls_caller(port, of_three, ca).meet(hello_from(2)) ==
             "is refused: its certificate is that of node 3, and it says to be node 2");
  // No node's does for a program, and no program's for a node, whatever both may do here.
  auto program = hello_from(actors::highest_node + 1);
  program.features = actors::speaks_as_program;
  BOOST_TEST(tls_caller(port, of_three, ca).meet(program) ==
             "is refused: its certificate is that of node 3, and it says to be a program");
  const auto of_billing = kept.home().issue({.names = {"URI:" + actors::program_uri("billing")}});
  BOOST_TEST(tls_caller(port, of_billing, ca).meet(hello_from(2)) ==
             "is refused: its certificate is that of program billing, and it says to be node 2");
  BOOST_TEST(tls_caller(port, of_billing, ca).meet(program) ==
             "is refused: this node lets no programs in (--programs)");
  // What speaks something else under TLS, or none.
  BOOST_TEST(tls_caller(port, of_three, ca, "http/1.1").meet(hello_from(3)) ==
             "refused: tlsv1 alert no application protocol");
  nodes.await_log(0, "it speaks TLS, but not as a node", [&] {
    tls_caller{port, of_three, ca, "http/1.1"}.meet(hello_from(3));
  });
  nodes.await_log(0, "it speaks as a node without TLS", [&] {
    stranger plain{port};
    plain.say("lithair\x01");
    plain.told();
  });
  nodes.goes_on(leader, term);
}

BOOST_AUTO_TEST_CASE(strangers_that_shake_hands_slowly_or_never_cost_no_memory_and_no_leader) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const peer_certificates kept(3);
  sealed_cluster nodes(kept);
  const auto leader = nodes.start_and_await();
  const auto term = nodes.status(leader, "/term");
  const auto resident = nodes.at(0).used().resident_kib;
  const auto callers = slow_strangers(1000, nodes.peer_port(0), kept.home().certificate());
  nodes.goes_on(leader, term);
  // All of them within the time for a greeting, or this never ends.
  for (auto& each : callers) each->told();
  nodes.goes_on(leader, term);
  BOOST_TEST(nodes.at(0).used().resident_kib < resident + 32 * 1024);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_refused_says_why_and_so_do_the_others) {
  const peer_certificates kept(3);
  sealed_cluster nodes(kept);
  auto old = wish_of_node(3);
  old.begins_in_s = -7200;
  old.ends_in_s = -3600;
  kept.put(3, kept.home().issue(old));
  nodes.start_all();
  nodes.await_ready(0);
  nodes.await_ready(1);
  const auto reason = [&] { return json_at(nodes.client(2).get("/status").body, "/not_ready"); };
  nodes.await("it tells who refuses it", [&] {
    return reason().find("refuses this node: it refuses what this node shows under TLS") !=
           std::string::npos;
  });
  BOOST_TEST(nodes.status(2, "/peer_tls/trouble").ends_with(", and other nodes refuse it"));
  nodes.await_log(0, "its certificate (CN=node 3) is not taken: certificate has expired");
  // Once it has a right one it is one of them, without a restart.
  kept.put(3, kept.home().issue(wish_of_node(3)));
  nodes.at(2).signal(SIGHUP);
  nodes.await_ready(2);
  BOOST_TEST(nodes.status(2, "/peer_tls/trouble") == "null");
}

BOOST_AUTO_TEST_CASE(a_node_without_tls_and_those_with_it_say_what_is_wrong) {
  const peer_certificates kept(3);
  sealed_cluster nodes(kept);
  nodes.told().place = [&kept](const cluster& all, std::size_t i) {
    auto words = kept.place(all, i);
    if (i == 2) words.erase(words.begin(), words.begin() + 6);
    return words;
  };
  nodes.start_all();
  nodes.await_ready(0);
  nodes.await_ready(1);
  nodes.await_log(2, "it answers by TLS, and links of this node are without (--peer-tls-cert)");
  nodes.await_log(0, "it speaks as a node without TLS, and links of this node are under TLS");
  nodes.await_log(2, "it speaks TLS, and links of this node are without (--peer-tls-cert)");
  BOOST_TEST(json_at(nodes.client(2).get("/status").body, "/ready") == "false");
}

BOOST_AUTO_TEST_CASE(what_is_no_certificate_for_this_node_ends_the_start) {
  const peer_certificates kept(2);
  sealed_cluster nodes(kept);
  const auto ends = [&](const identity& own, const std::string& said) {
    kept.put(1, own);
    nodes.start(0);
    const auto how = nodes.at(0).wait(cluster::patience);
    BOOST_TEST((how == ending{2}));
    BOOST_TEST(nodes.log(0).find("lithair_node: --peer-tls-cert: " + kept.path("1.pem") + said) !=
                   std::string::npos,
               nodes.log(0));
  };
  ends(kept.home().issue(wish_of_node(2)),
       ": the certificate is that of node 2, and this is node 1; this node needs one with the URI "
       "lithair://node/1 among its subject alternative names");
  ends(kept.home().issue(), ": the certificate can't be this node's: it names no node");
  ends(authority{"elsewhere"}.issue(wish_of_node(1)),
       ": the certificate is not of the authorities that are trusted here");
  auto half = wish_of_node(1);
  half.usage = "serverAuth";
  ends(kept.home().issue(half), ": the certificate is not for both ends of a connection");
  BOOST_TEST(!std::filesystem::exists(nodes.data_directory(0)));
}

BOOST_AUTO_TEST_CASE(certificates_and_their_authority_are_replaced_under_load) {
  const peer_certificates kept(3);
  const authority next{"next"};
  sealed_cluster nodes(kept);
  const auto leader = nodes.start_and_await();
  const auto follower = (leader + 1) % 3;
  const auto prints = [&] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < 3; ++i) made.push_back(nodes.status(i, "/peer_tls/fingerprint"));
    return made;
  };
  {
    writer load(nodes, leader);
    const auto await_writes = [&] {
      const auto before = load.fine.load();
      nodes.await("writes go on", [&] { return load.fine > before + 40; });
    };
    // All nodes at once, and then new links, of one that was started anew.
    const auto use = [&](bool shows) {
      const auto before = prints();
      for (std::size_t i = 0; i < 3; ++i) nodes.at(i).signal(SIGHUP);
      for (std::size_t i = 0; i < 3; ++i)
        nodes.await("what is new is used", [&] {
          return !shows || nodes.status(i, "/peer_tls/fingerprint") != before[i];
        });
      await_writes();
      BOOST_TEST((nodes.stop(follower) == ending{0}));
      nodes.start(follower);
      nodes.await_ready(follower);
      await_writes();
    };
    kept.renew(kept.home());
    use(true);
    // Another authority: first all trust both, then all change, then the old one goes.
    kept.write("ca.pem", kept.home().certificate() + next.certificate());
    use(false);
    kept.renew(next);
    use(true);
    kept.write("ca.pem", next.certificate());
    use(false);
    BOOST_TEST(load.failed == 0u);
  }
  BOOST_TEST(nodes.status(leader, "/peer_tls/trouble") == "null");
  const auto before = kept.home().issue(wish_of_node(follower + 1));
  nodes.await_log(leader, "it is of no authority that this node trusts", [&] {
    tls_caller{nodes.peer_port(leader), before, next.certificate()}.meet(hello_from(follower + 1));
  });
  // What can't be used changes nothing.
  kept.write("ca.pem", kept.home().certificate());
  nodes.at(leader).signal(SIGHUP);
  nodes.await("it says so", [&] {
    return nodes.status(leader, "/peer_tls/trouble")
        .ends_with("other nodes would refuse it; the certificate of before stays in use");
  });
  auto through = nodes.client(follower);
  create(through, "all the same");
}

BOOST_AUTO_TEST_CASE(links_of_an_authority_that_is_trusted_no_more_end_and_others_come_at_once) {
  const peer_certificates kept(3);
  const authority next{"next"};
  sealed_cluster nodes(kept);
  const auto leader = nodes.start_and_await();
  const auto term = nodes.status(leader, "/term");
  {
    writer load(nodes, (leader + 1) % 3);
    const auto use = [&] {
      for (std::size_t i = 0; i < 3; ++i) nodes.at(i).signal(SIGHUP);
      const auto before = load.fine.load();
      nodes.await("writes go on", [&] { return load.fine > before + 40; });
    };
    kept.write("ca.pem", kept.home().certificate() + next.certificate());
    use();
    kept.renew(next);
    use();
    BOOST_TEST(nodes.log(leader).find("is not taken any more") == std::string::npos);
    // Nobody was started anew: so all links are still of the first one.
    kept.write("ca.pem", next.certificate());
    use();
    for (std::size_t i = 0; i < 3; ++i)
      nodes.await("each sees one of its links end",
                  [&] { return nodes.log(i).find("is over: ") != std::string::npos; });
    // Of the two of a link whoever looks first ends it, and says why.
    const auto says_why = [&](std::size_t i, std::size_t of) {
      const auto node = std::to_string(of + 1);
      return nodes.log(i).find("the link with node " + node +
                               " is over: the certificate that it showed (CN=node " + node +
                               ") is not taken any more: it is of no authority that this node "
                               "trusts") != std::string::npos;
    };
    for (const auto& [one, other] : {std::pair{0, 1}, std::pair{0, 2}, std::pair{1, 2}})
      nodes.await("each link ends for that",
                  [&] { return says_why(one, other) || says_why(other, one); });
    use();
    BOOST_TEST(load.failed == 0u);
  }
  nodes.goes_on(leader, term);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace peer_tls_test
