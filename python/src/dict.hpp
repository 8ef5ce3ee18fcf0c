// SPDX-License-Identifier: Apache-2.0
// Events as the dictionaries of read_notification().
#pragma once

#include "protocol/notification/notification.hpp"
#include "protocol/release.hpp"
#include "python/src/python.hpp"

namespace confd::python {

/// {'_notif': .., 'type': .., '<body>': {..}}
Ref dict_of(const Notification& event, const WireContext& wire);

}  // namespace confd::python
