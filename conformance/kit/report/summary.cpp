// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/report/summary.hpp"

namespace confd::kit {
namespace {

std::size_t place(Status status) {
    return static_cast<std::size_t>(status);
}

}  // namespace

bool is_failure(Status status) {
    return status == Status::failed || status == Status::unexpected_pass ||
           status == Status::broken;
}

std::size_t Counts::operator[](Status status) const {
    return by_status.at(place(status));
}

std::size_t Counts::total() const {
    std::size_t sum = 0;
    for (const auto status : all_statuses)
        sum += (*this)[status];
    return sum;
}

std::size_t Counts::failures() const {
    std::size_t sum = 0;
    for (const auto status : all_statuses)
        if (is_failure(status)) sum += (*this)[status];
    return sum;
}

Counts count(const Run& run) {
    Counts counts;
    for (const auto& result : run.results)
        ++counts.by_status.at(place(result.status));
    return counts;
}

}  // namespace confd::kit
