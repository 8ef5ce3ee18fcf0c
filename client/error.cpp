// SPDX-License-Identifier: Apache-2.0
#include "client/error.hpp"

namespace confd::events {
namespace {

Error::Kind kind_of(SessionFailure::Kind kind) {
    switch (kind) {
        case SessionFailure::Kind::closed:
            return Error::Kind::closed;
        case SessionFailure::Kind::refused:
            return Error::Kind::refused;
        case SessionFailure::Kind::protocol:
            break;
    }
    return Error::Kind::protocol;
}

}  // namespace

Error::Error(Kind kind, const std::string& text, bool recoverable)
    : std::runtime_error(text),
      details_(std::make_shared<Details>(Details{kind, recoverable, {}})) {}

Error::Error(const SessionFailure& failure, bool recoverable)
    : std::runtime_error(to_string(failure)),
      details_(std::make_shared<Details>(Details{
          kind_of(failure.kind), recoverable, failure,
          failure.kind == SessionFailure::Kind::closed && failure.error.message.empty()})) {}

Error::Error(const confd::Error& malformed)
    : std::runtime_error(to_string(malformed)),
      details_(std::make_shared<Details>(
          Details{Kind::protocol, true, {SessionFailure::Kind::protocol, {}, malformed}})) {}

}  // namespace confd::events
