// SPDX-License-Identifier: Apache-2.0
// The MAAPI sockets of mutant_server: right in everything, or wrong in the one way that its
// mutation names.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "conformance/selftest/mutations.hpp"
#include "simulator/maapi/conversation.hpp"
#include "simulator/maapi/transactions.hpp"

namespace confd::kit::test {

/// The user session that commits a transaction.
constexpr std::int64_t session_of(std::int64_t transaction) {
    return transaction + 100;
}

class MutantMaapi {
  public:
    explicit MutantMaapi(std::string mutation);

    /// What becomes of a request.
    struct Answers {
        std::vector<Bytes> frames{};
        bool closes = false;
        bool dies = false;         ///< the whole server
        std::int64_t lets_go = 0;  ///< a transaction that no longer waits; 0 for none
    };

    /// One socket.
    class Reader {
      public:
        explicit Reader(MutantMaapi& server)
            : server_(server), conversation_(server.schemas_, server.transactions_) {}

        Answers answer(ByteView request);
        /// The socket is gone. A transaction that goes on because of that; 0 for none.
        std::int64_t lose();

      private:
        bool mutant(ServerMutation name) const { return server_.mutant(name); }
        Bytes wrong_request(ByteView request);
        void wrong_reply(Bytes& payload) const;
        void note(ByteView request);

        MutantMaapi& server_;
        sim::maapi::Conversation conversation_;
        std::int64_t handle_ = 0;  // attached to
        bool reading_ = false;
        std::size_t iterations_ = 0;
    };
    std::unique_ptr<Reader> connect() { return std::make_unique<Reader>(*this); }

    /// The transaction is about to be committed; and nothing waits for it any more.
    void open(std::int64_t transaction);
    void finish(std::int64_t transaction);
    /// Whether it does not go on although nothing waits for it.
    bool hangs(std::int64_t transaction) const { return hung_.contains(transaction); }

  private:
    bool mutant(ServerMutation name) const { return mutation_ == name.text; }

    std::string mutation_;
    sim::maapi::SchemaReplies schemas_;
    sim::maapi::Transactions transactions_;
    std::set<std::int64_t> attached_;
    std::set<std::int64_t> hung_;
};

}  // namespace confd::kit::test
