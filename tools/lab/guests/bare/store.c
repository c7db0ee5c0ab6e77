/* A client of xenstore: one request at a time over the ring that the guest shares with xenstored. */
#include "guest.h"
#include <xen/hvm/params.h>
#include <xen/io/xs_wire.h>

#define NEVER_NS 10000000000ull
#define LONGEST_REPLY 256

uint32_t store_port;

static struct xenstore_domain_interface *ring;
static bool changed;

/* Done again in every new domain: page, port and what xenstored knows of the guest are others there. */
void store_init(void)
{
    ring = (struct xenstore_domain_interface *)(hvm_param(HVM_PARAM_STORE_PFN) * PAGE_SIZE);
    store_port = hvm_param(HVM_PARAM_STORE_EVTCHN);
    changed = false;
}

static void send(const void *data, size_t bytes)
{
    const char *from = data;

    while (bytes--) {
        while (ring->req_prod - __atomic_load_n(&ring->req_cons, __ATOMIC_ACQUIRE) == XENSTORE_RING_SIZE)
            event_wait(store_port, clock_now() + NEVER_NS);
        ring->req[MASK_XENSTORE_IDX(ring->req_prod)] = *from++;
        __atomic_store_n(&ring->req_prod, ring->req_prod + 1, __ATOMIC_RELEASE);
    }
}

/* Takes bytes from the ring; what does not fit into the buffer is lost. */
static void receive(void *buffer, size_t room, size_t bytes)
{
    char *to = buffer;
    size_t i;

    for (i = 0; i < bytes; i++) {
        while (__atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE) == ring->rsp_cons) {
            event_send(store_port);
            event_wait(store_port, clock_now() + NEVER_NS);
        }
        char byte = ring->rsp[MASK_XENSTORE_IDX(ring->rsp_cons)];
        if (i < room)
            to[i] = byte;
        __atomic_store_n(&ring->rsp_cons, ring->rsp_cons + 1, __ATOMIC_RELEASE);
    }
    event_send(store_port);
}

/* One message; true if it answers a request, false if it tells of a watch. */
static bool next_message(struct xsd_sockmsg *header, char *payload, size_t room)
{
    receive(header, sizeof(*header), sizeof(*header));
    receive(payload, room, header->len);
    if (header->type != XS_WATCH_EVENT)
        return true;
    changed = true;
    return false;
}

/* Sends a request of one or two parts; true if xenstored did it, with its answer as text. */
static bool request(uint32_t type, const char *one, const char *two, size_t two_bytes, char *answer, size_t room)
{
    struct xsd_sockmsg header = {.type = type, .len = length_of(one) + 1 + two_bytes};
    size_t end;

    send(&header, sizeof(header));
    send(one, length_of(one) + 1);
    send(two, two_bytes);
    event_send(store_port);
    while (!next_message(&header, answer, room - 1))
        ;
    end = header.len < room ? header.len : room - 1;
    answer[end] = 0;
    return header.type == type;
}

void store_write(const char *path, const char *value)
{
    char answer[LONGEST_REPLY];

    request(XS_WRITE, path, value, length_of(value), answer, sizeof(answer));
}

bool store_read(const char *path, char *value, size_t bytes)
{
    return request(XS_READ, path, "", 0, value, bytes);
}

void store_watch(const char *path)
{
    char answer[LONGEST_REPLY];

    request(XS_WATCH, path, "w", 2, answer, sizeof(answer));
}

bool store_changed(void)
{
    struct xsd_sockmsg header;
    char payload[LONGEST_REPLY];
    bool result;

    while (__atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE) != ring->rsp_cons)
        next_message(&header, payload, sizeof(payload));
    result = changed;
    changed = false;
    return result;
}
