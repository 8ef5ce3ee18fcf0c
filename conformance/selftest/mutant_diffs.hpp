// SPDX-License-Identifier: Apache-2.0
// What mutant_client does over MAAPI: it loads schemas, and reads the diff of each commit over a
// socket of its own; right in everything, or wrong in the one way that its mutation names.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/selftest/mutations.hpp"
#include "conformance/selftest/vendor_client.hpp"
#include "protocol/maapi/client_session.hpp"
#include "protocol/maapi/schema_names.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/client_session.hpp"

namespace confd::kit::test {

class DiffReader {
  public:
    DiffReader(std::string mutation, const ClientConfig& config, Host& host);
    ~DiffReader();
    DiffReader(const DiffReader&) = delete;
    DiffReader& operator=(const DiffReader&) = delete;

    void load_schemas();
    const SchemaNames& names() const { return names_; }

    /// All changes; those that came, when reading fails on the way.
    std::vector<DiffChange> read(const CommitDiffNotification& commit);

  private:
    using Poll = MaapiClientSession::Poll;

    bool mutant(ClientMutation name) const { return mutation_ == name.text; }
    bool open();
    void close();
    bool attach(const CommitDiffNotification& commit);
    bool iterate(std::int32_t thandle, std::vector<DiffChange>& changes);
    void take(const DiffChange& change) const;
    void take_as_the_vendor(const DiffChange& change) const;
    bool like_vendor() const { return mutant(like_the_vendor); }
    IterAnswer answer_to(std::size_t change) const;
    Poll next();
    void receive();
    void flush();
    bool lost();

    std::string mutation_;
    MaapiClientConfig config_;
    Host& host_;
    Host::Socket socket_ = Host::no_socket;
    std::optional<MaapiClientSession> session_;
    SchemaNames names_;
    bool loading_ = false;
    bool lost_before_ = false;
    std::size_t commits_ = 0;
    std::set<std::int32_t> attached_;
};

}  // namespace confd::kit::test
