/*
 * dirty MIB RATE: a working set of so many MiB, of which so many MiB are written each second. Each page knows its
 * number and in which round it was written last, so that a page that was lost or is out of date after a save or a
 * migration is found and told.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE_BYTES 4096
#define PAGES_PER_MIB 256
#define GOLDEN 0x9e3779b97f4a7c15ull
#define WORDS (PAGE_BYTES / sizeof(uint64_t))
#define STEP_MS 50

struct page {
    uint64_t number;
    uint64_t round;
    uint64_t noise[WORDS - 2];
};

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) * PAGES_PER_MIB : 0;
    size_t rate = argc > 2 ? strtoul(argv[2], NULL, 10) * PAGES_PER_MIB : 0;
    size_t i, j, next = 0, owed = 0;
    uint64_t noise = GOLDEN, round = 1;
    struct page *pages =
        mmap(NULL, count * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (count == 0 || pages == MAP_FAILED) {
        puts("dirty: not enough memory");
        return 1;
    }
    for (i = 0; i < count; i++) {
        pages[i].number = i * GOLDEN;
        /* Noise, so that no compression makes it small. */
        for (j = 0; j < WORDS - 2; j++) {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            pages[i].noise[j] = noise;
        }
    }
    printf("dirty: %zu pages\n", count);
    fflush(stdout);
    for (;;) {
        struct timespec step = {.tv_nsec = STEP_MS * 1000000};

        nanosleep(&step, NULL);
        for (owed += rate * STEP_MS; owed >= 1000; owed -= 1000) {
            if (pages[next].number != next * GOLDEN || pages[next].round != round - 1) {
                printf("memory is damaged at page %zu\n", next);
                fflush(stdout);
                pages[next].number = next * GOLDEN;
            }
            pages[next].round = round;
            if (++next == count) {
                next = 0;
                round++;
            }
        }
    }
}
