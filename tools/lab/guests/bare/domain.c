/* The domain that the guest is in: everything that is another one after a restore. */
#include "guest.h"

/* Reading of Xen's clock at which the guest's own was 0, in ns. */
static uint64_t clock_base;

void join_domain(void)
{
    hypercall_init();
    clock_init();
    events_init();
    console_init();
}

void start_uptime(uint64_t ran)
{
    clock_base = clock_now() - ran;
}

uint64_t uptime(void)
{
    return clock_now() - clock_base;
}

uint64_t xen_time_of(uint64_t uptime_ns)
{
    return clock_base + uptime_ns;
}
