#include "apps/lithairctl/all_nodes.hpp"

#include <algorithm>
#include <exception>
#include <thread>

#include "apps/lithairctl/document.hpp"

namespace lithair::ctl {
namespace {

constexpr milliseconds longest_look{3000};

struct looked {
  node_view view;
  reply answer;
};

std::vector<looked> look(const std::vector<endpoint>& at, const calling& how) {
  auto answers = ask_each(at, "/status", how);
  std::vector<looked> made;
  for (std::size_t i = 0; i < at.size(); ++i) {
    auto& [view, answer] = made.emplace_back(looked{{at[i].authority, {}, {}}, answers[i]});
    try {
      if (answer.status == 0)
        view.why_not = answer.why;
      else if (answer.status != 200)
        view.why_not = failure_of(answer, {}).what();
      else
        view.status = object_of(answer);
    } catch (const failure& error) {
      view.why_not = error.what();
    }
    if (view.why_not.ends_with('.')) view.why_not.pop_back();
  }
  return made;
}

}  // namespace

std::vector<reply> ask_each(const std::vector<endpoint>& nodes, const std::string& target,
                            const calling& how) {
  std::vector<reply> made(nodes.size());
  const auto limit = std::min(how.timeout, longest_look);
  std::vector<http_client> clients;
  for (std::size_t i = 0; i < nodes.size(); ++i) clients.emplace_back(how.as);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    threads.emplace_back([&, i] {
      try {
        made[i] = clients[i].send(nodes[i], {.target = target}, limit);
      } catch (const std::exception& error) {
        made[i].why = error.what();
      }
    });
  threads.clear();
  return made;
}

std::vector<node_view> look_at_all(const calling& how) {
  auto first = look(how.endpoints, how);
  std::vector<node_view> views;
  std::string all_why;
  for (const auto& x : first) {
    views.push_back(x.view);
    all_why += (all_why.empty() ? "" : "\n") + x.view.addr + ": " + x.view.why_not;
  }
  if (std::ranges::none_of(views, [](const auto& x) { return x.why_not.empty(); })) {
    // Somebody who wants to see a token is no cluster that is down.
    for (const auto& x : first)
      if (x.answer.status >= 400 && x.answer.status < 500) throw failure_of(x.answer, x.view.addr);
    throw failure(exit_status::unavailable, all_why);
  }
  std::vector<endpoint> more;
  for (const auto& addr : members_not_asked(views))
    more.push_back(read_endpoint(addr, how.endpoints.front().tls));
  for (const auto& x : look(more, how)) views.push_back(x.view);
  return views;
}

}  // namespace lithair::ctl
