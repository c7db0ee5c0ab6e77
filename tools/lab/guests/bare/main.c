/* A guest that counts on its console, twice a second, and goes on with the next number wherever it is moved. */
#include "guest.h"

#define MS 1000000u
#define TICK_MS 500u
/* The working set is written in small portions, as a real one would be. */
#define STEP_MS 50u

static void end_if_due(uint32_t tick)
{
    static const char *const ways[] = {"poweroff", "reboot", "crash"};
    uint32_t after = option_number("after"), i;

    if (!after || tick != after)
        return;
    for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (option_is("exit", ways[i]))
            end_by_name(ways[i]);
}

void run(const struct hvm_start_info *info)
{
    uint32_t tick, passed, step;

    options_init((const char *)(uint32_t)info->cmdline_paddr);
    join_domain();
    start_uptime(0);
    print(guest_name);
    print(": boot\n");
    manners_init();
    step = load_init(info) ? STEP_MS : TICK_MS;
    for (tick = 1;; tick++) {
        uint64_t now = uptime();

        print("tick ");
        print_number(tick);
        print(" t=");
        print_number(divide(now, MS));
        print("\n");
        end_if_due(tick);
        for (passed = step; passed <= TICK_MS; passed += step) {
            wait_until(now + (uint64_t)passed * MS);
            load_step(step);
        }
    }
}
