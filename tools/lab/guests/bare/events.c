/* Events without interrupts: the guest asks Xen to sleep until there is one. */
#include "guest.h"
#include <xen/event_channel.h>
#include <xen/hvm/params.h>
#include <xen/sched.h>

#define CALLBACK_BY_VECTOR (2ull << 56)
#define UNUSED_VECTOR 0xf3

void events_init(void)
{
    uint32_t i;

    for (i = 0; i < sizeof(shared_info->evtchn_mask) / sizeof(shared_info->evtchn_mask[0]); i++)
        shared_info->evtchn_mask[i] = ~0ul;
    /*
     * No interrupt ever comes, because they are off. But toolstacks take a guest without this for one that has
     * no drivers for Xen, and do not ask it to suspend.
     */
    set_hvm_param(HVM_PARAM_CALLBACK_IRQ, CALLBACK_BY_VECTOR | UNUSED_VECTOR);
}

void event_send(uint32_t port)
{
    struct evtchn_send send = {.port = port};

    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &send);
}

void sleep_until(uint64_t until)
{
    struct sched_poll poll = {.timeout = until};

    hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll);
}

void event_wait(uint32_t port, uint64_t until)
{
    evtchn_port_t ports[] = {port};
    struct sched_poll poll = {.nr_ports = 1, .timeout = until};

    set_xen_guest_handle(poll.ports, ports);
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll);
    __atomic_fetch_and(&shared_info->evtchn_pending[port / 32], ~(1ul << (port % 32)), __ATOMIC_SEQ_CST);
}
