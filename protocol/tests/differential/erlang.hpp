// SPDX-License-Identifier: Apache-2.0
// Hands work to Erlang: files of records of a 32-bit length and that many bytes, as frames are, and
// one run of erlang.escript over all of them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"

namespace confd::test {

/// Removed at the end of the test.
class TemporaryFile {
  public:
    explicit TemporaryFile(std::string_view name)
        : path_(std::filesystem::temp_directory_path() /
                fmt::format("confd-{}-{}", name, ::getpid())) {}
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    std::string path() const { return path_.string(); }

    void write(ByteView bytes) const {
        std::ofstream file(path_, std::ios::binary);
        file.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
        ASSERT_TRUE(file.flush()) << path_;
    }

    Bytes read() const {
        std::ifstream file(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }

  private:
    std::filesystem::path path_;
};

/// Fails, by whatever Erlang printed, when it or its script cannot be run at all.
inline void run_erlang(const std::string& arguments) {
    const auto command = fmt::format("escript '{}/protocol/tests/differential/erlang.escript' {}",
                                     CONFD_SOURCE_DIR, arguments);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

/// A payload, and the text that Erlang must read as the same term.
inline void append_pair(Bytes& out, ByteView payload, const Term& term) {
    append_frame(out, payload);
    append_frame(out, as_bytes(to_string(term)));
}

/// The records of a file, as views of the reader's bytes.
inline std::vector<ByteView> records_of(const Bytes& bytes, FrameReader& reader) {
    reader.append(bytes);
    std::vector<ByteView> records;
    while (true) {
        const auto frame = reader.next();
        if (!frame) ADD_FAILURE() << to_string(frame.error());
        if (!frame || !*frame) return records;
        records.push_back(**frame);
    }
}

}  // namespace confd::test
