#include "test/persistence/mortal_file_system.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace lithair::persistence::test {

namespace {

bool run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace

mortal_file_system::mortal_file_system(const std::filesystem::path& place)
    : image_(place / "image"), path_(place / "mounted") {
  std::filesystem::create_directory(path_);
  usable_ = run("truncate -s 160M " + image_.string()) &&
            run("mkfs.ext4 -q -F " + image_.string()) && mount();
}

mortal_file_system::~mortal_file_system() {
  if (mounted_) unmount();
}

bool mortal_file_system::lose_power() const {
  constexpr unsigned long shutdown_request = 0x8004587d;  // EXT4_IOC_SHUTDOWN
  std::uint32_t without_log_flush = 2;
  const auto descriptor = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY);
  const bool done = ::ioctl(descriptor, shutdown_request, &without_log_flush) == 0;
  ::close(descriptor);
  return done;
}

bool mortal_file_system::mount() {
  return mounted_ = run("mount -o loop " + image_.string() + ' ' + path_.string());
}

bool mortal_file_system::unmount() {
  mounted_ = ::umount(path_.c_str()) != 0;
  return !mounted_;
}

}  // namespace lithair::persistence::test
