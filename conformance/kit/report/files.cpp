#include "conformance/kit/report/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "conformance/kit/report/text.hpp"

namespace confd::kit {
namespace {

namespace fs = std::filesystem;
using Done = std::expected<void, std::string>;

Done failure(const fs::path& file, int code) {
    return std::unexpected(
        fmt::format("{}: {}", file.string(), std::generic_category().message(code)));
}

/// 0, or the error of the system.
int write_all(int fd, std::string_view rest) {
    while (!rest.empty()) {
        const auto written = ::write(fd, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) return errno;
        if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

/// What `open` and the rest did, as an error of the system.
int fill(const fs::path& file, std::string_view contents) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return errno;
    const int failed = write_all(fd, contents);
    // Some file systems tell only now that the disk is full.
    const int closed = ::close(fd) == 0 ? 0 : errno;
    return failed != 0 ? failed : closed;
}

std::string readme(const Result& result) {
    const auto& test = *result.test;
    auto out = fmt::format("{}\n{}\n\nstatus: {}\nchecks: {} ({}, {})\n", test.id, test.title,
                           to_string(result.status), fmt::join(test.requirements, ", "),
                           to_string(test.strength), to_string(test.source));
    out += fmt::format("expected: {}\nhappened: {}\n", result.expected, result.reason);
    for (const auto& detail : result.details)
        out += fmt::format("  {}\n", detail);
    return out + fmt::format("\n{}\n\nRun it again:\n\n    {}\n", test.rationale, result.rerun);
}

}  // namespace

Done write_file(const fs::path& file, std::string_view contents) {
    std::error_code failed;
    if (file.has_parent_path()) fs::create_directories(file.parent_path(), failed);
    if (failed) return failure(file.parent_path(), failed.value());
    // Beside it, so that it can be moved there; with our number, so that two runs do not meet.
    auto temporary = file;
    temporary += fmt::format(".{}.part", ::getpid());
    int code = fill(temporary, contents);
    if (code == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) code = errno;
    if (code == 0) return {};
    ::unlink(temporary.c_str());
    return failure(file, code);
}

fs::path failure_folder(const fs::path& dir, const Case& test) {
    auto out = dir;
    for (const auto& part : fs::path(test.id).relative_path())
        if (part != "." && part != "..") out /= part;
    return out;
}

std::expected<fs::path, std::string> write_failure_folder(
    const fs::path& dir, const Result& result, const std::vector<Attachment>& attachments) {
    const auto folder = failure_folder(dir, *result.test);
    std::vector<Attachment> files{{"README.txt", readme(result)},
                                  {"transcript.txt", transcript(result)},
                                  {"output.txt", result.output}};
    files.insert(files.end(), attachments.begin(), attachments.end());
    for (const auto& file : files) {
        const auto written = write_file(folder / fs::path(file.name).filename(), file.contents);
        if (!written) return std::unexpected(written.error());
    }
    return folder;
}

std::string transcript(const Result& result) {
    std::string out;
    for (const auto& message : result.exchange) {
        out += fmt::format("{:10.6f} {} {}: {}\n", message.at,
                           message.from_peer ? "peer -> kit" : "kit -> peer", message.kind,
                           message.summary);
        const auto line = [&out](std::string_view name, std::string_view text) {
            if (!text.empty()) out += fmt::format("    {} {}\n", name, indented(text, 4));
        };
        line("bytes", message.bytes);
        line("term", message.term);
        line("fields", message.fields);
    }
    return out;
}

}  // namespace confd::kit
