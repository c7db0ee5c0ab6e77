/*
 * Never looks at what the toolstack asks for. Somebody may suspend it from outside, without its knowledge; so that
 * it counts on in a new domain it looks for its surroundings after every sleep.
 */
#include "guest.h"

const char *const guest_name = "rude";

void manners_init(void)
{
}

void wait_until(uint64_t uptime_ns)
{
    while (uptime() < uptime_ns) {
        sleep_until(xen_time_of(uptime_ns));
        uint64_t ran = uptime();
        join_domain();
        start_uptime(ran);
    }
}
