/* Ways to stop. */
#include "guest.h"
#include <xen/sched.h>

static long shut_down(uint32_t reason)
{
    struct sched_shutdown shutdown = {.reason = reason};

    return hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, &shutdown);
}

bool suspend(void)
{
    return shut_down(SHUTDOWN_suspend) == 1;
}

/* Words as in control/shutdown of xenstore; returns if it is none of them. */
void end_by_name(const char *name)
{
    if (same_text(name, "poweroff") || same_text(name, "halt"))
        shut_down(SHUTDOWN_poweroff);
    if (same_text(name, "reboot"))
        shut_down(SHUTDOWN_reboot);
    if (same_text(name, "crash"))
        shut_down(SHUTDOWN_crash);
}
