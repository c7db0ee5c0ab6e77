/*
 * gaps: copies lines, each with the milliseconds since the one before, 0 for the first. In dom0, because what the
 * lines take from there on is no matter of the guest that has sent them.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    long long last = 0;

    while (getline(&line, &size, stdin) > 0) {
        long long now = now_ms();

        line[strcspn(line, "\n")] = '\0';
        printf("%s %lld\n", line, last == 0 ? 0 : now - last);
        fflush(stdout);
        last = now;
    }
    free(line);
    return 0;
}
