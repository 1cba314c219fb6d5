#include "actors/storage/file_reader.hpp"

#include <utility>

#include <caf/send.hpp>

#include "persistence/files.hpp"
#include "persistence/log_store.hpp"
#include "persistence/snapshot_file.hpp"

namespace lithair::actors {

caf::behavior file_reader::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>(
      [this](const read_log& order) {
        // Sent also when nothing could be read, so that whoever asked does not wait for it.
        fetched answer{order.what, {}};
        try {
          answer.entries = setup_.log->read(order.group, order.what.first, order.what.last,
                                            order.what.max_bytes);
        } catch (const std::exception& e) {
          send(order.asker, disk_failed{std::string{e.what()} + damaged_log_advice});
        }
        send(order.asker, std::move(answer));
      },
      [this](read_chunk& order) {
        chunk_read answer{std::move(order.path), std::move(order.file), order.offset, {}, {},
                          order.number};
        try {
          // Opened once: the answer carries it to the next request.
          if (!answer.file)
            answer.file = std::make_shared<const persistence::snapshot_file>(answer.path);
          if (order.most != 0) answer.bytes = answer.file->bytes(order.offset, order.most);
        } catch (const std::exception& e) {
          answer.failed = e.what();
        }
        send(handle(current_sender()), std::move(answer));
      },
      [](const open_file& order) {
        file_opened answer;
        try {
          answer.file =
              std::make_shared<const persistence::file>(order.path, persistence::file::mode::read);
        } catch (const std::exception& e) {
          answer.failed = e.what();
        }
        return answer;
      },
      [](const release_file&) {},  // It goes with the message.
      [this](measure_directory) { *setup_.directory_bytes = bytes_below(setup_.directory); });
}

// For status pages, so about right is good enough.
std::uint64_t bytes_below(const std::filesystem::path& path) {
  std::uint64_t result = 0;
  std::error_code ignored;  // Files come and go meanwhile.
  for (std::filesystem::recursive_directory_iterator at{path, ignored}, end; at != end;
       at.increment(ignored))
    if (at->is_regular_file(ignored)) result += at->file_size(ignored);
  return result;
}

}  // namespace lithair::actors
