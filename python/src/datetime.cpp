// SPDX-License-Identifier: Apache-2.0
// The type DateTime.
#include <array>
#include <limits>

#include "python/src/object.hpp"
#include "python/src/product.hpp"
#include "python/src/value.hpp"

namespace confd::python {
namespace {

/// What the API has for a time without a zone.
constexpr std::int64_t no_zone = -111;

PyObject* new_datetime(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    return guarded<PyObject*>(nullptr, [&] {
        static const char* const names[] = {
            "year", "month", "day", "hour", "min", "sec", "micro", "timezone", "timezone_minutes",
            nullptr};
        std::array<PyObject*, 9> given{};
        parse(args, keywords, "OOOOOOOOO:DateTime", names, &given[0], &given[1], &given[2],
              &given[3], &given[4], &given[5], &given[6], &given[7], &given[8]);
        const auto put = [&]<class T>(std::size_t index, T& out) {
            const auto number = integer_of(given[index]);
            if (!std::in_range<T>(number)) {
                raise(PyExc_OverflowError, std::string(names[index]) + " is out of range");
            }
            out = static_cast<T>(number);
        };
        Datetime time;
        put(0, time.year);
        put(1, time.month);
        put(2, time.day);
        put(3, time.hour);
        put(4, time.min);
        put(5, time.sec);
        put(6, time.micro);
        if (integer_of(given[7]) != no_zone) put(7, time.zone.timezone.emplace());
        put(8, time.zone.timezone_minutes);
        return wrap(time, type).release();
    });
}

template <auto Member>
Ref get(PyObject* self, void*) {
    return to_python(static_cast<std::int64_t>(held<Datetime>(self).*Member));
}

std::int64_t zone_of(const Datetime& time) {
    return time.zone.timezone ? std::int64_t{*time.zone.timezone} : no_zone;
}

Ref timezone(PyObject* self, void*) {
    return to_python(zone_of(held<Datetime>(self)));
}
Ref timezone_minutes(PyObject* self, void*) {
    return to_python(std::int64_t{held<Datetime>(self).zone.timezone_minutes});
}

Ref repr(PyObject* self) {
    const auto& t = held<Datetime>(self);
    return must(PyUnicode_FromFormat(
        "%s.DateTime(year=%d, month=%d, day=%d, hour=%d, min=%d, sec=%d, micro=%u, timezone=%d, "
        "timezone_minutes=%d)",
        product().package, int{t.year}, int{t.month}, int{t.day}, int{t.hour}, int{t.min},
        int{t.sec}, t.micro, static_cast<int>(zone_of(t)), int{t.zone.timezone_minutes}));
}

Py_ssize_t hash(PyObject* self) {
    return PyObject_Hash(repr(self).get());
}

PyGetSetDef members[] = {
    member<get<&Datetime::year>>("year", "year (int)"),
    member<get<&Datetime::month>>("month", "month, 1 to 12 (int)"),
    member<get<&Datetime::day>>("day", "day, 1 to 31 (int)"),
    member<get<&Datetime::hour>>("hour", "hour (int)"),
    member<get<&Datetime::min>>("min", "minutes (int)"),
    member<get<&Datetime::sec>>("sec", "seconds (int)"),
    member<get<&Datetime::micro>>("micro", "microseconds (int)"),
    member<timezone>("timezone", "hours from UTC, TIMEZONE_UNDEF (-111) for none (int)"),
    member<timezone_minutes>("timezone_minutes", "minutes beside them, of the same sign (int)"),
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

constexpr const char* doc =
    "DateTime(year, month, day, hour, min, sec, micro, timezone, timezone_minutes)\n--\n\n"
    "DateTime(year, month, day, hour, min, sec, micro, timezone, timezone_minutes) -> DateTime\n\n"
    "A point in time, as the server wrote it. All arguments are int; `timezone` is hours from "
    "UTC,\n"
    "TIMEZONE_UNDEF (-111) for none.";

}  // namespace

void init_datetime(PyObject* module) {
    add(module, "DateTime",
        make_type<Datetime>(
            "DateTime", can_be_base,
            {slot(Py_tp_new, new_datetime), slot(Py_tp_str, entry<repr>),
             slot(Py_tp_repr, entry<repr>), slot(Py_tp_richcompare, entry<compare<Datetime>>),
             slot(Py_tp_hash, entry<hash>), members_slot(members), doc_slot(doc)}));
}

}  // namespace confd::python
