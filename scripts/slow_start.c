// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
// Makes every program that loads it start late: scripts/check-slow.
#include <errno.h>
#include <string.h>
#include <time.h>

extern char *program_invocation_short_name;

__attribute__((constructor)) static void start_late(void) {
    const int python = strncmp(program_invocation_short_name, "python", 6) == 0;
    struct timespec left = {python ? 1 : 0, python ? 0 : 50 * 1000 * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}
