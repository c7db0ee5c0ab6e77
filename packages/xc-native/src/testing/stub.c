/*
 * What a stub of Xen's libraries needs beside the functions that stub-library.ts generates from the tables of
 * prototypes. Each of those records its arguments in STUB_DIR/calls and returns what STUB_DIR/script says.
 *
 * The structs below are spelled out again on purpose: this file stands for Xen, so it must not believe our layouts.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct logger {
    void (*vmessage)(struct logger *, unsigned level, int errnoval, const char *context, const char *format, va_list);
};
struct precopy_stats { unsigned iteration; unsigned long total_written; long dirty_count; };
struct save_callbacks {
    int (*suspend)(void *);
    int (*precopy_policy)(struct precopy_stats, void *);
    int (*postcopy)(void *), (*checkpoint)(void *), (*wait_checkpoint)(void *);
    int (*switch_qemu_logdirty)(uint32_t, unsigned, void *);
    void *data;
};
struct restore_callbacks { int (*static_data_done)(unsigned missing, void *); };
struct xc_error { unsigned code; char message[1024]; };

enum { DEBUG = 1, ERROR = 8 };

static struct logger *stub_logger;
static struct xc_error stub_error;
static char stub_memory[1 << 16];
static int stub_errno;

static void say(unsigned level, const char *format, ...)
{
    va_list al;
    if (!stub_logger) return;
    va_start(al, format);
    stub_logger->vmessage(stub_logger, level, -1, "stub", format, al);
    va_end(al);
}

static FILE *open_file(const char *name, const char *mode)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", STUB_DIR, name);
    return fopen(path, mode);
}

static void record(const char *format, ...)
{
    va_list al;
    FILE *calls = open_file("calls", "a");
    va_start(al, format);
    vfprintf(calls, format, al);
    va_end(al);
    fclose(calls);
}

/* Bytes that C was given, as one more argument of the record. */
static void dump(const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) record("%s%02x", i ? "" : "\t", ((const unsigned char *)bytes)[i]);
}

/* Bytes that C gives back. */
static void load(const char *name, void *bytes, size_t length)
{
    FILE *file = open_file(name, "r");
    if (!file) return;
    if (fread(bytes, 1, length, file) == 0) memset(bytes, 0, length);
    fclose(file);
}

static bool mode_is(const char *mode)
{
    char found[64] = "";
    load("mode", found, sizeof(found) - 1);
    return !strcmp(found, mode);
}

/* Lines "call result errno xc_error text of the log"; the first that names the call counts. */
static long scripted(const char *call, long otherwise)
{
    char line[512], name[64], text[256];
    FILE *script = open_file("script", "r");
    long result = otherwise;
    int err = 0;
    unsigned code = 0;
    stub_errno = 0;
    while (script && fgets(line, sizeof(line), script)) {
        text[0] = 0;
        if (sscanf(line, "%63s %ld %d %u %255[^\n]", name, &result, &err, &code, text) >= 4 && !strcmp(name, call)) break;
        result = otherwise;
        name[0] = 0;
    }
    if (script) {
        fclose(script);
        if (!strcmp(name, call)) {
            stub_error.code = code;
            if (text[0]) say(ERROR, "%s", text);
            stub_errno = err;
        }
    }
    return result;
}

static int write_exact(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n <= 0) {
            stub_errno = errno;
            say(ERROR, "Failed to write page data (%d = %s)", errno, strerror(errno));
            return -1;
        }
        bytes += n, length -= n;
    }
    return 0;
}

/* Asks the policy before and after each of at most five rounds, as libxc does. */
static int precopy(int fd, struct save_callbacks *cb)
{
    for (unsigned i = 0; i < 5; i++) {
        struct precopy_stats before = { i, i * 5000000000ul, i ? 300 : 4096 }, after = { i + 1, (i + 1) * 5000000000ul, -1 };
        int decision = cb->precopy_policy ? cb->precopy_policy(before, cb->data) : 0;
        record("precopy\t%d\n", decision);
        if (decision < 0) { say(ERROR, "precopy aborted by the policy"); return -1; }
        if (decision > 0) return 0;
        memset(stub_memory, 'a' + i, sizeof(stub_memory));
        if (write_exact(fd, stub_memory, sizeof(stub_memory))) return -1;
        if (cb->precopy_policy) cb->precopy_policy(after, cb->data);
    }
    return 0;
}

static int stub_save(int fd, uint32_t domid, uint32_t flags, struct save_callbacks *cb)
{
    int failed = 0;
    if (mode_is("crash")) abort();
    say(DEBUG, "saving %u, %s", domid, "with an argument");
    if (mode_is("hang")) for (;;) pause();
    record("log-dirty\t%d\n", cb->switch_qemu_logdirty(domid, 1, cb->data));
    while (mode_is("flood") && !failed) failed = write_exact(fd, stub_memory, sizeof(stub_memory));
    if (!failed && (flags & 1)) failed = precopy(fd, cb);
    if (!failed && cb->suspend(cb->data) != 1) { say(ERROR, "suspend failed"); failed = -1; }
    if (!failed) failed = write_exact(fd, "END", 3);
    record("log-dirty\t%d\n", cb->switch_qemu_logdirty(domid, 0, cb->data));
    return failed;
}

static int stub_dump(int (*rtn)(void *, void *, char *, unsigned))
{
    FILE *head = open_file("xc_domain_dumpcore_via_callback", "r");
    int failed = 0;
    if (head) {
        /* libxc's own head, in two pieces; what comes behind it is not wanted. */
        size_t length = fread(stub_memory, 1, sizeof(stub_memory), head);
        fclose(head);
        failed = rtn(NULL, NULL, stub_memory, 64) || rtn(NULL, NULL, stub_memory + 64, length - 64);
    } else failed = rtn(NULL, NULL, "HEAD", 4);
    if (!failed) failed = rtn(NULL, NULL, stub_memory, 0);
    memset(stub_memory, 'm', sizeof(stub_memory));
    do { if (!failed) failed = rtn(NULL, NULL, stub_memory, sizeof(stub_memory)); } while (mode_is("flood") && !failed);
    if (!failed) failed = rtn(NULL, NULL, "END", 3);
    if (failed) say(ERROR, "Failed to write buffer");
    return failed;
}

/* Every other frame is there, and full of its number. */
static void *stub_map(const uint64_t *frames, int *errors, unsigned count)
{
    char *pages = mmap(NULL, count * 4096ul, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < count; i++) {
        errors[i] = frames[i] % 2 ? -ENOENT : 0;
        memset(pages + i * 4096ul, frames[i], 4096);
    }
    return pages;
}

static int stub_restore(int fd, unsigned long *store, unsigned long *console, struct restore_callbacks *cb)
{
    unsigned long total = 0;
    ssize_t n;
    if (mode_is("picky")) { say(ERROR, "Invalid marker: Got 0x%016lx", 0xbad0000000000bad); return -1; }
    record("static-data\t%d\n", cb->static_data_done(1, NULL));
    while ((n = read(fd, stub_memory, sizeof(stub_memory))) > 0) {
        total += n;
        if (total >= 3 && !memcmp(stub_memory + n - 3, "END", 3)) break;
    }
    record("restored\t%lu\n", total);
    if (n <= 0) { say(ERROR, "Failed to read Record Header from stream"); return -1; }
    *store = 0x123456789aul;
    *console = 0xfefff;
    return 0;
}
