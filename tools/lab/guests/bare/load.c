/*
 * A working set that changes: pages behind the image are written in turn, `rate` MiB of them each second. Each
 * page knows its number and in which round it was written last, so that a page that was lost or is out of date
 * after a save or a migration is found and told.
 */
#include "guest.h"

#define MIB (1024u * 1024u)
#define GOLDEN 0x9e3779b9u
#define WORDS (PAGE_SIZE / sizeof(uint32_t))

struct page {
    uint32_t number;
    uint32_t round;
    uint32_t noise[WORDS - 2];
};

extern char image_end[];

static struct page *pages;
static uint32_t count, rate, next, round, owed;

static uint32_t end_of_memory(const struct hvm_start_info *info)
{
    const struct hvm_memmap_table_entry *map = (const void *)(uint32_t)info->memmap_paddr;
    uint32_t i;

    for (i = 0; info->version >= 1 && i < info->memmap_entries; i++) {
        uint64_t end = map[i].addr + map[i].size;
        if (map[i].type == XEN_HVM_MEMMAP_TYPE_RAM && map[i].addr <= (uint32_t)image_end && end > (uint32_t)image_end)
            return end > 0xf0000000u ? 0xf0000000u : (uint32_t)end;
    }
    return (uint32_t)image_end;
}

/* The start info and its neighbours lie right behind the image, so some room is left there. */
bool load_init(const struct hvm_start_info *info)
{
    uint32_t start = ((uint32_t)image_end + MIB + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    uint32_t end = end_of_memory(info);
    uint32_t room = end > start ? (end - start) / PAGE_SIZE : 0;
    uint32_t noise = GOLDEN, i, j;

    pages = (struct page *)start;
    count = option_number("dirty") * (MIB / PAGE_SIZE);
    rate = option_number("rate") * (MIB / PAGE_SIZE);
    if (count > room)
        count = room;
    for (i = 0; i < count; i++) {
        pages[i].number = i * GOLDEN;
        pages[i].round = 0;
        /* Noise, so that no compression makes it small. */
        for (j = 0; j < WORDS - 2; j++) {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            pages[i].noise[j] = noise;
        }
    }
    round = 1;
    return count > 0;
}

void load_step(uint32_t elapsed_ms)
{
    uint32_t due;

    if (!count)
        return;
    owed += rate * elapsed_ms;
    due = owed / 1000;
    owed -= due * 1000;
    while (due--) {
        struct page *page = &pages[next];

        if (page->number != next * GOLDEN || page->round != round - 1) {
            print("memory is damaged at page ");
            print_number(next);
            print("\n");
            page->number = next * GOLDEN;
        }
        page->round = round;
        if (++next == count) {
            next = 0;
            round++;
        }
    }
}
