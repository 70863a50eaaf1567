#include "runtime/store/hdf5_apart.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>

#include "graph/json.hpp"
#include "runtime/store/hdf5_handles.hpp"

namespace fovea {
namespace {

/// Seconds after which a scan is taken for one that hangs; of a sound file it takes milliseconds.
constexpr int most_seconds = 60;
/// Bytes that a scan may tell of a file: names, shapes and texts, but no numbers.
constexpr std::size_t most_told = std::size_t{256} << 20;

Json attribute_json(const H5Attribute& attribute) {
  return std::visit([](const auto& value) { return Json(value); }, attribute);
}

H5Attribute attribute_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_float()) return json.get<double>();
  return json.get<std::int64_t>();
}

/// What a scan found, without the file itself. Lists, because objects look up each key that they are given.
Json contents_json(const H5Contents& contents) {
  Json datasets = Json::array(), attributes = Json::array();
  for (const auto& [name, one] : contents.datasets)
    datasets.push_back({name, one.type, one.shape, one.count, one.offset, one.texts});
  for (const auto& [owner, value] : contents.attributes)
    attributes.push_back({owner.first, owner.second, attribute_json(value)});
  return {{"datasets", std::move(datasets)}, {"attributes", std::move(attributes)}};
}

std::optional<std::size_t> width_of(const std::string& type) {
  if (type == number_name<std::uint8_t>()) return sizeof(std::uint8_t);
  if (type == number_name<std::int32_t>()) return sizeof(std::int32_t);
  if (type == number_name<std::uint32_t>()) return sizeof(std::uint32_t);
  if (type == number_name<std::int64_t>()) return sizeof(std::int64_t);
  if (type == number_name<float>()) return sizeof(float);
  if (type == number_name<double>()) return sizeof(double);
  return {};
}

/// Rebuilds what was found, and checks once more that the file holds all numbers.
H5Contents contents_of(const Json& json, std::shared_ptr<const MappedFile> file) {
  H5Contents contents{std::move(file), {}, {}};
  const auto path = contents.file->path().string();
  for (const auto& one : json.at("datasets")) {
    H5Dataset found{one.at(1), one.at(2), one.at(3), one.at(4), one.at(5)};
    const auto width = width_of(found.type);
    const auto place = path + ": " + one.at(0).get<std::string>();
    if (width && found.count > 0) found.count = count_within(contents, found, *width, place);
    contents.datasets.emplace(one.at(0), std::move(found));
  }
  for (const auto& one : json.at("attributes"))
    contents.attributes.emplace(std::pair{one.at(0).get<std::string>(), one.at(1).get<std::string>()},
                                attribute_of(one.at(2)));
  return contents;
}

void write_all(int to, const std::vector<std::uint8_t>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const auto written = ::write(to, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

/// The work of the other process: tells what it finds, or why the file is refused. Never returns.
[[noreturn]] void scan_and_leave(const std::shared_ptr<const MappedFile>& file, int to) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::alarm(most_seconds);
  // A crash here is no crash of the program: nobody else's handlers tell of it.
  for (const int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::signal(fatal, SIG_DFL);
  if (const int null = ::open("/dev/null", O_WRONLY); null >= 0) {
    ::dup2(null, STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
  }
  Json told;
  try {
    told = contents_json(scan_hdf5_locked(file));
  } catch (const std::exception& error) {
    told = {{"error", error.what()}};
  }
  write_all(to, Json::to_cbor(told));
  ::_exit(0);
}

/// Reads all that the other process tells; nothing where it tells too much or is not done in time.
std::optional<std::vector<std::uint8_t>> read_all(int from) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(most_seconds + 5);
  std::vector<std::uint8_t> all;
  std::vector<std::uint8_t> part(std::size_t{1} << 16);
  while (all.size() <= most_told) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{from, POLLIN, 0};
    const int count = left > 0 ? ::poll(&ready, 1, static_cast<int>(left)) : 0;
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return {};
    const auto got = ::read(from, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {};
    if (got == 0) return all;
    all.insert(all.end(), part.begin(), part.begin() + got);
  }
  return {};
}

/// Waits for the end of the other process, which is ended first where it is not heard of; whether it left
/// well.
bool left_well(pid_t process, bool was_heard) {
  if (!was_heard) ::kill(process, SIGKILL);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

H5Contents scan_hdf5_apart(std::shared_ptr<const MappedFile> file) {
  const auto path = file->path().string();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw file_error(path, errno);
  const Descriptor from(ends[0]);
  std::optional<Descriptor> to(std::in_place, ends[1]);
  auto inside = enter_hdf5();  // else another thread might be inside HDF5, and would be for ever in the copy
  const auto process = ::fork();
  if (process == 0) scan_and_leave(file, to->number());
  const int failure = errno;
  inside.unlock();
  if (process < 0) throw file_error(path, failure);
  to.reset();
  const auto told = read_all(from.number());
  if (!left_well(process, told.has_value()))
    throw Error(path + ": HDF5 does not survive reading it, so it is damaged; get the file again");
  const auto found = Json::from_cbor(*told, true, false);
  if (found.is_discarded()) throw Error(path + ": what HDF5 finds in it makes no sense; get the file again");
  if (found.contains("error")) throw Error(found.at("error").get<std::string>());
  return contents_of(found, std::move(file));
}

}  // namespace fovea
