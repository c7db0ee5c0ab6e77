/* The PV console: a ring of bytes that xenconsoled empties. */
#include "guest.h"
#include <xen/hvm/params.h>
#include <xen/io/console.h>

#define LONGEST_WAIT_NS 1000000000ull

static struct xencons_interface *ring;
static uint32_t port;

/* Done again in every new domain: page and port are others there. */
void console_init(void)
{
    ring = (struct xencons_interface *)(hvm_param(HVM_PARAM_CONSOLE_PFN) * PAGE_SIZE);
    port = hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
}

static bool full(void)
{
    return ring->out_prod - __atomic_load_n(&ring->out_cons, __ATOMIC_ACQUIRE) >= sizeof(ring->out);
}

/* Waits for a reader that is slow, but does not stop for ever for one that is dead. */
static void put(char byte)
{
    uint64_t limit = clock_now() + LONGEST_WAIT_NS;

    while (full()) {
        if (clock_now() >= limit)
            return;
        event_send(port);
        event_wait(port, limit);
    }
    ring->out[MASK_XENCONS_IDX(ring->out_prod, ring->out)] = byte;
    __atomic_store_n(&ring->out_prod, ring->out_prod + 1, __ATOMIC_RELEASE);
}

void print(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            put('\r');
        put(*text);
    }
    event_send(port);
}

void print_number(uint64_t number)
{
    char digits[21];
    char *first = digits + sizeof(digits) - 1;

    *first = 0;
    do {
        uint64_t rest = divide(number, 10);
        *--first = '0' + (char)(number - rest * 10);
        number = rest;
    } while (number);
    print(first);
}
