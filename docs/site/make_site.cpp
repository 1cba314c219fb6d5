// Makes the site of the documentation, which nodes serve at /docs, of Markdown files:
//
//     make_site CMARK TREE OUTPUT.cpp
//
// CMARK is the program that turns Markdown into HTML, TREE the folder with this project. The output
// is a source file with all parts of the site: a page for each file in docs/ and each README of the
// examples, clients and packages, drawn pictures, style, script and what the search looks through.
// docs/README.md is the first page, and its lists say what stands where in the others' navigation;
// a file that it doesn't name stands at the end.

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "docs/site/packing.hpp"

namespace {

namespace fs = std::filesystem;
using site::literal_of;
using site::text_of;

struct part {
  std::string name;  // below /docs/; of the first page empty
  std::string type;
  std::string title;  // of a page
  std::string body;
};

/// What all pages have in common.
struct frame {
  std::string before_title;
  std::string before_body;
  std::string behind;
};

struct whole_site {
  std::vector<part> parts;
  frame around;
};

constexpr auto script = "text/javascript; charset=utf-8";

struct page {
  std::string name;
  fs::path file;  // in the tree
  std::string title;
  std::string html;  // what cmark made of it
};

/// What files of the tree are called in the site.
using names_of_files = std::map<std::string, std::string>;

struct group {
  std::string title;
  std::vector<std::string> pages;  // their names
};

std::string html_of(const std::string& cmark, const fs::path& file) {
  const auto command = "'" + cmark + "' --extension table '" + file.string() + "'";
  FILE* out = popen(command.c_str(), "r");
  if (out == nullptr) throw std::runtime_error(cmark + " can't be started");
  std::string made;
  std::array<char, 4096> some{};
  for (std::size_t n = 0; (n = fread(some.data(), 1, some.size(), out)) > 0;)
    made.append(some.data(), n);
  const int status = pclose(out);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(command + " failed");
  return made;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string without_tags(const std::string& html) {
  std::string made;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) made += c;
    if (c == '>') {
      inside = false;
      made += ' ';
    }
  }
  return made;
}

std::string title_in(const std::string& html) {
  const auto begin = html.find("<h1>");
  const auto end = html.find("</h1>");
  if (begin == std::string::npos || end == std::string::npos)
    throw std::runtime_error("a page has no title");
  return replaced(without_tags(html.substr(begin + 4, end - begin - 4)), "  ", " ");
}

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) || c == '_' || byte >= 0x80;
}

/// As GitHub makes it of a heading.
std::string slug_of(const std::string& title) {
  std::string made;
  for (const char c : replaced(title, "&amp;", "")) {
    if (is_word(c)) made += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ' ' || c == '-') made += '-';
  }
  while (made.ends_with('-')) made.pop_back();
  return made;
}

// -- what the search looks through ---------------------------------------------------------------

/// Words, and the sections that have them.
class word_index {
 public:
  void add(const std::string& page, const std::string& anchor, const std::string& title,
           const std::string& html) {
    const auto number = sections_.size();
    sections_.push_back("[\"" + page + "\",\"" + anchor + "\",\"" + escaped(title) + "\"]");
    std::string word;
    for (const char c : without_tags(html) + ' ') {
      // A flag is one word, and so are its parts.
      if (is_word(c) || (c == '-' && !word.empty())) {
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        continue;
      }
      while (word.ends_with('-')) word.pop_back();
      add_word(word, number);
      std::istringstream parts(word);
      for (std::string part; std::getline(parts, part, '-');) add_word(part, number);
      word.clear();
    }
  }

  std::string json() const {
    std::string made = "{\"sections\":[";
    for (const auto& each : sections_) made += each + ',';
    made.back() = ']';
    made += ",\"words\":{";
    for (const auto& [word, numbers] : words_) {
      made += '"' + word + "\":[";
      for (const auto n : numbers) made += std::to_string(n) + ',';
      made.back() = ']';
      made += ',';
    }
    made.back() = '}';
    return made + "}\n";
  }

 private:
  static std::string escaped(const std::string& text) {
    auto plain = replaced(replaced(text, "&lt;", "<"), "&gt;", ">");
    plain = replaced(replaced(plain, "&quot;", "'"), "&amp;", "&");
    return replaced(replaced(plain, "\\", "\\\\"), "\"", "\\\"");
  }

  void add_word(const std::string& word, std::size_t number) {
    if (word.size() > 1 && word.size() < 40) words_[word].insert(number);
  }

  std::vector<std::string> sections_;
  std::map<std::string, std::set<std::size_t>> words_;
};

// -- pages ---------------------------------------------------------------------------------------

/// Gives headings names that links can lead to, and tells the index what is below each.
std::string with_anchors(const page& of, word_index& index) {
  std::string made;
  std::string anchor;
  std::string title = of.title;
  std::size_t from = 0;  // of the section
  std::set<std::string> taken;
  const auto end_section = [&](std::size_t end) {
    index.add(of.name, anchor, title, of.html.substr(from, end - from));
    from = end;
  };
  std::size_t copied = 0;
  for (auto at = of.html.find("<h"); at != std::string::npos; at = of.html.find("<h", at + 2)) {
    const char level = of.html[at + 2];
    if (level < '2' || level > '6' || of.html[at + 3] != '>') continue;
    const auto end = of.html.find("</h", at);
    const auto inner = of.html.substr(at + 4, end - at - 4);
    end_section(at);
    title = without_tags(inner);
    anchor = slug_of(title);
    for (int n = 1; !taken.insert(anchor).second; ++n)
      anchor = slug_of(title) + '-' + std::to_string(n);
    made += of.html.substr(copied, at - copied) + "<h" + level + " id=\"" + anchor +
            "\"><a href=\"#" + anchor + "\">" + replaced(inner, "<a ", "<span ") + "</a>";
    copied = end;
  }
  end_section(of.html.size());
  return made + of.html.substr(copied);
}

/// What the file is called that a page links to; none: it is no part of the site.
const std::string* find(const names_of_files& names, const page& from, const std::string& target) {
  const auto at = names.find((from.file.parent_path() / target).lexically_normal().string());
  return at == names.end() ? nullptr : &at->second;
}

std::string address_of(const std::string& name) {
  return "/docs" + (name.empty() ? "" : "/" + name);
}

/// Links between the files become links between the pages; those to files that are no pages are
/// text.
std::string with_links(const page& of, const std::string& html, const names_of_files& names) {
  const std::string mark = "<a href=\"";
  std::string made;
  std::size_t copied = 0;
  for (auto at = html.find(mark); at != std::string::npos; at = html.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    const auto target = html.substr(begin, html.find('"', begin) - begin);
    if (target.starts_with('#') || target.starts_with("http") || target.starts_with("mailto:"))
      continue;
    const auto hash = std::min(target.find('#'), target.size());
    made += html.substr(copied, at - copied);
    const auto close = html.find('>', begin);
    if (const auto* name = find(names, of, target.substr(0, hash))) {
      made += mark + address_of(*name) + target.substr(hash) + "\">";
      copied = close + 1;
    } else {
      const auto end = html.find("</a>", close);
      made += "<span class=\"file\" title=\"" + target + "\">" +
              html.substr(close + 1, end - close - 1) + "</span>";
      copied = end + 4;
    }
  }
  return made + html.substr(copied);
}

/// Drawn pictures are parts of the site; of others, which are large, only what they show is told.
std::string with_pictures(const page& of, const std::string& html, const names_of_files& names) {
  const std::string mark = "<img src=\"";
  const std::string about = "alt=\"";
  std::string made;
  std::size_t copied = 0;
  for (auto at = html.find(mark); at != std::string::npos; at = html.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    const auto end = html.find('"', begin);
    const auto target = html.substr(begin, end - begin);
    if (const auto* name = find(names, of, target)) {
      made += html.substr(copied, begin - copied) + address_of(*name);
      copied = end;
    } else {
      const auto close = html.find('>', end);
      const auto words = html.find(about, end) + about.size();
      made += html.substr(copied, at - copied) + "<em class=\"file\" title=\"" + target + "\">" +
              html.substr(words, html.find('"', words) - words) + "</em>";
      copied = close + 1;
    }
  }
  return made + html.substr(copied);
}

/// What the lists of the first page say, and at the end what they don't.
std::vector<group> groups_of(const page& first, const std::string& text,
                             const std::map<std::string, page>& pages,
                             const names_of_files& names) {
  std::vector<group> made;
  std::set<std::string> named{first.name};
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) made.push_back({line.substr(3), {}});
    const auto open = line.find("](");
    if (made.empty() || open == std::string::npos || !line.starts_with("* [")) continue;
    const auto target = line.substr(open + 2, line.find(')', open) - open - 2);
    const auto* name = find(names, first, target);
    if (name == nullptr) throw std::runtime_error("docs/README.md: there is no " + target);
    made.back().pages.push_back(*name);
    named.insert(*name);
  }
  group others{"More", {}};
  for (const auto& [name, each] : pages)
    if (!named.contains(name)) others.pages.push_back(name);
  made.push_back(others);
  std::erase_if(made, [](const group& each) { return each.pages.empty(); });
  return made;
}

std::string navigation(const std::vector<group>& groups, const std::map<std::string, page>& pages) {
  std::string made;
  for (const auto& each : groups) {
    made += "<h2>" + each.title + "</h2>\n<ul>\n";
    for (const auto& name : each.pages)
      made += "<li><a href=\"" + address_of(name) + "\">" + pages.at(name).title + "</a></li>\n";
    made += "</ul>\n";
  }
  return made + "<h2>This node</h2>\n<ul>\n<li><a href=\"/docs/api\">Its API</a></li>\n</ul>\n";
}

frame frame_with(const std::string& sidebar) {
  return {R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>)",
          R"(</title>
<link rel="icon" href="/docs/cluster.svg">
<link rel="stylesheet" href="/docs/site.css">
<script src="/docs/site.js" defer></script>
<input type="checkbox" id="menu" aria-label="Show the contents">
<nav aria-label="Contents">
<p class="name"><a href="/docs">Lithair</a></p>
<input type="search" id="search" placeholder="Search" aria-label="Search" autocomplete="off">
<ol id="found" hidden></ol>
)" + sidebar + "</nav>\n<main>\n",
          "</main>\n</html>\n"};
}

// -- the whole -----------------------------------------------------------------------------------

/// Below docs/ a file's own name; of an example that of its folder.
std::string name_of(const fs::path& file) {
  const auto kind = file.extension() == ".md" ? std::string{} : file.extension().string();
  const bool is_own = file.parent_path() == "docs";
  if (is_own) return (file.stem() == "README" ? "" : file.stem().string()) + kind;
  return file.parent_path().filename().string() + kind;
}

/// Those that become parts of the site.
std::vector<fs::path> files_in(const fs::path& tree) {
  std::vector<fs::path> made;
  const auto take = [&](const fs::path& folder) {
    for (const auto& each : fs::directory_iterator(tree / folder))
      if (each.path().extension() == ".md" || each.path().extension() == ".svg")
        made.push_back(folder / each.path().filename());
  };
  take("docs");
  for (const fs::path folder : {"apps/examples", "apps/clients", "apps/packaging"}) {
    if (!fs::exists(tree / folder)) continue;
    take(folder);
    for (const auto& each : fs::directory_iterator(tree / folder))
      if (each.is_directory()) take(folder / each.path().filename());
  }
  return made;
}

whole_site make_site(const std::string& cmark, const fs::path& tree) {
  std::map<std::string, page> pages;
  names_of_files names;
  std::vector<part> made;
  for (const auto& file : files_in(tree)) {
    const auto name = name_of(file);
    names[file.string()] = name;
    if (file.extension() == ".svg") {
      made.push_back({name, "image/svg+xml", "", text_of(tree / file)});
    } else {
      auto html = replaced(html_of(cmark, tree / file), "<!-- raw HTML omitted -->\n", "");
      auto title = title_in(html);
      pages[name] = {name, file, std::move(title), std::move(html)};
    }
  }
  const auto groups = groups_of(pages.at(""), text_of(tree / "docs/README.md"), pages, names);
  word_index index;
  for (const auto& [name, each] : pages) {
    const auto linked = with_links(each, with_anchors(each, index), names);
    made.push_back(
        {name, "text/html; charset=utf-8", each.title, with_pictures(each, linked, names)});
  }
  made.push_back({"search.js", script, "", "export default " + index.json()});
  made.push_back({"site.css", "text/css; charset=utf-8", "", text_of(tree / "docs/site/site.css")});
  made.push_back({"site.js", script, "", text_of(tree / "docs/site/site.js")});
  std::ranges::sort(made, {}, &part::name);
  return {std::move(made), frame_with(navigation(groups, pages))};
}

void write(const whole_site& made, const fs::path& file) {
  std::ofstream out(file, std::ios::binary);
  out << "// Made by docs/site/make_site.cpp.\n#include \"http/docs_site.hpp\"\n\n"
      << "namespace lithair::http {\n\nnamespace {\n\nconstexpr docs_part parts[] = {\n";
  for (const auto& each : made.parts)
    out << "    {" << literal_of(each.name) << ", " << literal_of(each.type) << ", "
        << literal_of(each.title) << ",\n     " << site::packed(each.body) << "},\n";
  out << "};\n\nconstexpr docs_frame frame{\n    " << literal_of(made.around.before_title)
      << ",\n    " << literal_of(made.around.before_body) << ",\n    "
      << literal_of(made.around.behind) << "};\n\n}  // namespace\n\n"
      << "std::span<const docs_part> docs_parts() { return parts; }\n\n"
      << "const docs_frame& docs_frame_of_pages() { return frame; }\n\n"
      << "}  // namespace lithair::http\n";
  if (!out.flush()) throw std::runtime_error(file.string() + " can't be written");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) throw std::runtime_error("make_site CMARK TREE OUTPUT.cpp");
  write(make_site(argv[1], argv[2]), argv[3]);
} catch (const std::exception& wrong) {
  std::cerr << "make_site: " << wrong.what() << '\n';
  return 1;
}
