#include "apps/lithairctl/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "apps/lithairctl/failure.hpp"

namespace lithair::ctl {
namespace {

constexpr std::size_t largest_body = std::size_t{256} << 20;
constexpr milliseconds longest_connecting{3000};

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

/// What one exchange gathers.
struct exchange {
  CURL* handle = nullptr;
  const request* what = nullptr;
  reply* into = nullptr;
  std::exception_ptr thrown;  // by the sink: libcurl knows of no exceptions
};

/// Whether the sink wants more.
bool pass_on(exchange& x, std::string_view piece) {
  try {
    return x.what->sink(piece, *x.into);
  } catch (...) {
    x.thrown = std::current_exception();
    return false;
  }
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& x = *static_cast<exchange*>(to);
  const std::string_view piece{data, size * count};
  long status = 0;
  curl_easy_getinfo(x.handle, CURLINFO_RESPONSE_CODE, &status);
  if (x.what->sink && status >= 200 && status < 300) {
    if (pass_on(x, piece)) return piece.size();
    x.into->stopped = true;
    return 0;
  }
  if (x.into->body.size() + piece.size() > largest_body) return 0;
  x.into->body.append(piece);
  return piece.size();
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
  auto& headers = static_cast<exchange*>(to)->into->headers;
  std::string_view line{data, size * count};
  // A new status line: what came before was of an interim answer.
  if (line.starts_with("HTTP/")) headers.clear();
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    auto value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
    headers[std::move(name)] = value;
  }
  return size * count;
}

// Of these errors nothing was sent, for there was nobody to send it to.
bool came_before_request(CURLcode error, long sent_bytes) {
  switch (error) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return true;
    default:
      return sent_bytes == 0;
  }
}

std::string token_in(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line) || line.empty())
    throw failure(exit_status::usage, "--token-file: " + file + " holds no token");
  if (line.ends_with('\r')) line.pop_back();
  // It goes into a header: nothing in it may end that.
  if (!std::ranges::all_of(line, [](char c) { return c > ' ' && c < 0x7f; }))
    throw failure(exit_status::usage,
                  "--token-file: " + file + " holds no token on its first line");
  return line;
}

void must_be_there(const char* flag, const std::string& file) {
  std::error_code error;
  if (!file.empty() && !std::filesystem::exists(file, error))
    throw failure(exit_status::usage, std::string(flag) + ": there is no file " + file);
}

}  // namespace

struct http_client::state {
  credentials as;
  CURL* handle = nullptr;
  std::array<char, CURL_ERROR_SIZE> error{};

  ~state() {
    if (handle != nullptr) curl_easy_cleanup(handle);
  }

  void set_always() {
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error.data());
    // Nodes are spoken with directly: what comes by a proxy is not of this machine to them.
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, 256L << 10);
    curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    if (!as.authorities.empty()) {
      curl_easy_setopt(handle, CURLOPT_CAINFO, as.authorities.c_str());
      curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    }
    if (!as.certificate.empty()) curl_easy_setopt(handle, CURLOPT_SSLCERT, as.certificate.c_str());
    if (!as.key.empty()) curl_easy_setopt(handle, CURLOPT_SSLKEY, as.key.c_str());
  }

  void set_limits(const request& what, milliseconds limit) {
    const auto most = std::max(limit, milliseconds{1});
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(most, longest_connecting).count()));
    const auto silence = static_cast<long>(what.silence.count());
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                     silence > 0 ? 0L : static_cast<long>(most.count()));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, silence > 0 ? 1L : 0L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, silence);
  }

  /// In a few words, without what libcurl says around them.
  std::string why(CURLcode of) {
    long number = 0;
    curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
    if (of == CURLE_COULDNT_CONNECT && number != 0) return std::strerror(static_cast<int>(number));
    if (of == CURLE_OPERATION_TIMEDOUT) return "no answer in time";
    const std::string said = error.data();
    return said.empty() ? curl_easy_strerror(of) : said;
  }

  void set_method(const request& what) {
    const bool has_body = what.method != "GET" && what.method != "HEAD" && what.method != "DELETE";
    curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    if (has_body) {
      curl_easy_setopt(handle, CURLOPT_POST, 1L);
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, what.body.data());
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(what.body.size()));
    }
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, what.method.c_str());
    // libcurl sends a request again that a kept connection took away with it.
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, what.repeatable() ? 0L : 1L);
  }
};

bool request::repeatable() const {
  return method == "GET" || method == "HEAD" ||
         std::ranges::any_of(headers, [](const auto& x) { return x.first == "Idempotency-Key"; });
}

std::string reply::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

http_client::http_client(credentials as) : state_(std::make_unique<state>()) {
  start_curl();
  must_be_there("--ca", as.authorities);
  must_be_there("--cert", as.certificate);
  must_be_there("--key", as.key);
  if (!as.token_file.empty()) (void)token_in(as.token_file);
  state_->as = std::move(as);
  state_->handle = curl_easy_init();
  if (state_->handle == nullptr) throw std::bad_alloc();
  state_->set_always();
}

http_client::~http_client() = default;
http_client::http_client(http_client&&) noexcept = default;
http_client& http_client::operator=(http_client&&) noexcept = default;

reply http_client::send(const endpoint& to, const request& what, milliseconds limit) {
  auto* const handle = state_->handle;
  if (what.begin) what.begin();
  reply made;
  exchange with{handle, &what, &made, {}};
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      [&] {
        // Without this one libcurl asks first whether a long body is welcome.
        auto* list = curl_slist_append(nullptr, "Expect:");
        list = curl_slist_append(list, ("Content-Type: " + what.media).c_str());
        for (const auto& [name, value] : what.headers)
          list = curl_slist_append(list, std::string(name).append(": ").append(value).c_str());
        if (!state_->as.token_file.empty())
          list = curl_slist_append(
              list, ("Authorization: Bearer " + token_in(state_->as.token_file)).c_str());
        return list;
      }(),
      &curl_slist_free_all);
  const auto url = to.url() + what.target;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &with);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &with);
  state_->set_method(what);
  state_->set_limits(what, limit);
  state_->error.front() = '\0';
  const auto error = curl_easy_perform(handle);
  if (with.thrown) std::rethrow_exception(with.thrown);
  long sent_bytes = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent_bytes);
  if (error == CURLE_OK) {
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &made.status);
  } else {
    made.why = state_->why(error);
    made.sent = !came_before_request(error, sent_bytes);
  }
  return made;
}

}  // namespace lithair::ctl
