/* Does what the toolstack asks for in control/shutdown. */
#include "guest.h"

const char *const guest_name = "polite";

void manners_init(void)
{
    store_init();
    store_write("control/feature-suspend", "1");
    store_write("control/feature-poweroff", "1");
    store_write("control/feature-reboot", "1");
    store_watch("control/shutdown");
}

static void pause_for_suspend(void)
{
    uint64_t ran = uptime(), since = wall_clock_now();

    if (suspend()) {
        print("polite: suspend cancelled\n");
        return;
    }
    join_domain();
    since = wall_clock_now() - since;
    start_uptime(ran);
    manners_init();
    print("polite: resumed in a new domain after ");
    print_number(divide(since, 1000));
    print(" us\n");
}

static void obey(void)
{
    char wish[16];

    if (!store_changed() || !store_read("control/shutdown", wish, sizeof(wish)) || !*wish)
        return;
    print("polite: ");
    print(wish);
    print(" was asked for\n");
    store_write("control/shutdown", "");
    if (same_text(wish, "suspend"))
        pause_for_suspend();
    else
        end_by_name(wish);
}

void wait_until(uint64_t uptime_ns)
{
    while (uptime() < uptime_ns) {
        event_wait(store_port, xen_time_of(uptime_ns));
        obey();
    }
}
