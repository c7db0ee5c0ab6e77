/* The clock that Xen shows each guest in a shared page. */
#include "guest.h"
#include <xen/memory.h>

/* Above all memory, where Linux puts it as well. */
struct shared_info *const shared_info = (struct shared_info *)0xfe700000;

void clock_init(void)
{
    struct xen_add_to_physmap map = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_shared_info,
        .gpfn = (uint32_t)shared_info / PAGE_SIZE,
    };

    hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &map);
}

static uint64_t scaled(uint64_t ticks, int8_t shift, uint32_t factor)
{
    uint64_t low, high;

    ticks = shift < 0 ? ticks >> -shift : ticks << shift;
    low = (uint64_t)(uint32_t)ticks * factor;
    high = (ticks >> 32) * factor;
    return high + (low >> 32);
}

uint64_t clock_now(void)
{
    volatile struct vcpu_time_info *time = &shared_info->vcpu_info[0].time;
    uint32_t version, low, high;
    uint64_t now;

    do {
        version = time->version;
        barrier();
        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
        now = ((uint64_t)high << 32 | low) - time->tsc_timestamp;
        now = time->system_time + scaled(now, time->tsc_shift, time->tsc_to_system_mul);
        barrier();
    } while ((version & 1) || version != time->version);
    return now;
}

/* Since 1970: what the host's own clock says, which goes on while the guest stands still. */
uint64_t wall_clock_now(void)
{
    volatile struct shared_info *info = shared_info;
    uint32_t version, seconds, rest;

    do {
        version = info->wc_version;
        barrier();
        seconds = info->wc_sec;
        rest = info->wc_nsec;
        barrier();
    } while ((version & 1) || version != info->wc_version);
    return (uint64_t)seconds * 1000000000u + rest + clock_now();
}

/* The compiler would want its run-time library for it, which a 64-bit machine does not have for 32 bits. */
uint64_t divide(uint64_t dividend, uint32_t divisor)
{
    uint32_t high = dividend >> 32, quotient, rest;
    uint32_t top = high / divisor;

    __asm__("divl %4" : "=a"(quotient), "=d"(rest) : "a"((uint32_t)dividend), "d"(high % divisor), "r"(divisor));
    return (uint64_t)top << 32 | quotient;
}
