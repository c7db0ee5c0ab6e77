/* Counts on its console, twice a second; as process 1 of the guest it never ends. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define TICK_NS 500000000ll
#define SECOND_NS 1000000000ll
#define MS_NS 1000000ll

int main(void)
{
    struct timespec now, next;
    unsigned long tick;

    clock_gettime(CLOCK_MONOTONIC, &next);
    for (tick = 1;; tick++) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        printf("tick %lu t=%lld\n", tick, (now.tv_sec * SECOND_NS + now.tv_nsec) / MS_NS);
        fflush(stdout);
        next.tv_nsec += TICK_NS;
        if (next.tv_nsec >= SECOND_NS) {
            next.tv_nsec -= SECOND_NS;
            next.tv_sec++;
        }
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0)
            ;
    }
}
