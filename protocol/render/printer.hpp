// SPDX-License-Identifier: Apache-2.0
// One walk over an event's fields, many forms of output: a Printer takes the pieces in order.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/constants.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/render/render.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/value/value.hpp"

namespace confd {

class Printer {
  public:
    virtual ~Printer() = default;

    virtual void begin_object() = 0;
    virtual void end_object() = 0;
    virtual void begin_array() = 0;
    virtual void end_array() = 0;
    /// Name of the member that follows.
    virtual void key(std::string_view name) = 0;
    virtual void integer(const Integer& value) = 0;
    virtual void floating(double value) = 0;
    virtual void boolean(bool value) = 0;
    /// Bytes that should be UTF-8.
    virtual void text(std::string_view value) = 0;
    virtual void enumerator(std::int64_t number, std::span<const Constant> names) = 0;
    virtual void value(const Value& value) = 0;
    /// What the number before it is called, under a key of its own, where numbers are shown.
    virtual void name_of_number(std::string_view key, std::string_view name) = 0;
};

/// Prints an event's fields as one object.
void print_body(Printer& printer, const Notification& notification, const RenderOptions& options);

/// Prints a value as `{"type": .., ..}`.
void print_value(Printer& printer, const Value& value);

}  // namespace confd
