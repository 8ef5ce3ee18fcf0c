// SPDX-License-Identifier: Apache-2.0
// PDUs that the SNMP agent sends and receives.
#pragma once

#include "generate/choices.hpp"
#include "protocol/notification/notification.hpp"

namespace confd::sim::workload {

class SnmpAgent {
  public:
    SnmpaNotification next(Choices& choices);

  private:
    std::int64_t last_request_ = 1800;
    std::int64_t uptime_ = 4711;  // hundredths of a second
};

}  // namespace confd::sim::workload
