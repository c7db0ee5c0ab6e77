/* What the parts of the guest know of each other. */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__
#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>

#define barrier() __asm__ volatile("" ::: "memory")
#define PAGE_SIZE 4096u

/* hypercall.c */
void hypercall_init(void);
long hypercall(unsigned int number, uint32_t first, const void *second);
uint32_t hvm_param(uint32_t index);
void set_hvm_param(uint32_t index, uint64_t value);

/* events.c */
void events_init(void);
void event_send(uint32_t port);
/* Sleeps until the port has an event or Xen's clock reaches the time, in ns. */
void event_wait(uint32_t port, uint64_t until);
void sleep_until(uint64_t until);

/* clock.c: ns, as Xen counts them on the host where the guest is at the moment. */
extern struct shared_info *const shared_info;
void clock_init(void);
uint64_t clock_now(void);
uint64_t wall_clock_now(void);
uint64_t divide(uint64_t dividend, uint32_t divisor);

/* console.c */
void console_init(void);
void print(const char *text);
void print_number(uint64_t number);

/* text.c */
size_t length_of(const char *text);
bool same_text(const char *one, const char *other);
/* Copies; an own one because the compiler calls it by itself. */
void *memcpy(void *to, const void *from, size_t bytes);

/* options.c: words NAME=VALUE of the command line. */
void options_init(const char *command_line);
uint32_t option_number(const char *name);
bool option_is(const char *name, const char *value);

/* store.c: xenstore. */
void store_init(void);
extern uint32_t store_port;
void store_write(const char *path, const char *value);
/* Reads a value as text; false if there is none. */
bool store_read(const char *path, char *value, size_t bytes);
void store_watch(const char *path);
/* Whether a watch has fired since the last call. */
bool store_changed(void);

/* domain.c: the guest's own clock counts the ns that it has run, on whatever host. */
void join_domain(void);
void start_uptime(uint64_t ran);
uint64_t uptime(void);
uint64_t xen_time_of(uint64_t uptime_ns);

/* polite.c or rude.c: how the guest treats the toolstack's wishes. */
extern const char *const guest_name;
void manners_init(void);
void wait_until(uint64_t uptime_ns);

/* load.c: the working set; false if there is none. */
bool load_init(const struct hvm_start_info *info);
void load_step(uint32_t elapsed_ms);

/* end.c */
void end_by_name(const char *name);
/* True if the guest went on where it was, false if it is in a new domain. */
bool suspend(void);

#endif
