/*
 * copies PROCESSES COPIES: copies pages through vector registers, in many processes at once, and counts those that
 * came out wrong. On a sound processor none does: each process has its own registers, however often the kernel and Xen
 * switch between them.
 *
 * Prints "wrong N of M" and ends with 0 when N is 0.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_BYTES 4096
#define WORDS (PAGE_BYTES / sizeof(uint64_t))
#define SOME_BYTES 128

static void fill(uint64_t *page, uint64_t seed)
{
    for (size_t word = 0; word < WORDS; word++)
        page[word] = (seed ^ word) * 0x9e3779b97f4a7c15u;
}

/*
 * Copies what eight vector registers hold; if asked to, lets another process run while they hold it. In assembly, for
 * a compiler would hold it elsewhere.
 */
static void copy_some(char *to, const char *from, int let_others_run)
{
    long number = SYS_sched_yield;
    __asm__ volatile("movdqa 0(%[from]), %%xmm0\n\t"
                     "movdqa 16(%[from]), %%xmm1\n\t"
                     "movdqa 32(%[from]), %%xmm2\n\t"
                     "movdqa 48(%[from]), %%xmm3\n\t"
                     "movdqa 64(%[from]), %%xmm4\n\t"
                     "movdqa 80(%[from]), %%xmm5\n\t"
                     "movdqa 96(%[from]), %%xmm6\n\t"
                     "movdqa 112(%[from]), %%xmm7\n\t"
                     "test %[yield], %[yield]\n\t"
                     "jz 1f\n\t"
                     "syscall\n"
                     "1:\n\t"
                     "movdqa %%xmm0, 0(%[to])\n\t"
                     "movdqa %%xmm1, 16(%[to])\n\t"
                     "movdqa %%xmm2, 32(%[to])\n\t"
                     "movdqa %%xmm3, 48(%[to])\n\t"
                     "movdqa %%xmm4, 64(%[to])\n\t"
                     "movdqa %%xmm5, 80(%[to])\n\t"
                     "movdqa %%xmm6, 96(%[to])\n\t"
                     "movdqa %%xmm7, 112(%[to])"
                     : "+a"(number)
                     : [to] "r"(to), [from] "r"(from), [yield] "r"(let_others_run)
                     : "rcx", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");
}

static void copy(char *to, const char *from)
{
    for (size_t at = 0; at < PAGE_BYTES; at += SOME_BYTES)
        copy_some(to + at, from + at, at == PAGE_BYTES / 2);
}

static int differ(const uint64_t *one, const volatile uint64_t *other)
{
    for (size_t word = 0; word < WORDS; word++)
        if (one[word] != other[word])
            return 1;
    return 0;
}

/* How many of its copies are wrong. */
static long work(long process, long copies)
{
    static uint64_t from[WORDS] __attribute__((aligned(16))), to[WORDS] __attribute__((aligned(16)));
    long wrong = 0;
    for (long count = 0; count < copies; count++) {
        fill(from, ((uint64_t)process << 48) ^ ((uint64_t)count << 16));
        copy((char *)to, (const char *)from);
        wrong += differ(from, to);
    }
    return wrong;
}

int main(int count, char **words)
{
    long processes = count == 3 ? atol(words[1]) : 0;
    long copies = count == 3 ? atol(words[2]) : 0;
    long wrong = 0, part;
    int results[2];

    if (processes < 1 || copies < 1) {
        fputs("usage: copies PROCESSES COPIES\n", stderr);
        return 2;
    }
    if (pipe(results) < 0) {
        perror("pipe");
        return 2;
    }
    for (long process = 0; process < processes; process++) {
        pid_t child = fork();
        if (child < 0) {
            perror("fork");
            return 2;
        }
        if (child == 0) {
            part = work(process, copies);
            _exit(write(results[1], &part, sizeof(part)) == sizeof(part) ? 0 : 1);
        }
    }
    for (long process = 0; process < processes; process++) {
        int status;
        if (wait(&status) < 0 || status != 0 || read(results[0], &part, sizeof(part)) != sizeof(part)) {
            fputs("a process has died\n", stderr);
            return 2;
        }
        wrong += part;
    }
    printf("wrong %ld of %ld\n", wrong, processes * copies);
    return wrong != 0;
}
