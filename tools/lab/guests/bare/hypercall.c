/* The way into Xen: a page of stubs that Xen fills, one for each hypercall. */
#include "guest.h"
#include <xen/arch-x86/cpuid.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>

extern uint8_t hypercall_page[];

static void cpuid(uint32_t leaf, uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
    __asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(0));
}

/* Done again in every new domain: the stubs depend on the processor, and the guest may have got another. */
void hypercall_init(void)
{
    uint32_t base, a, b, c, d;

    for (base = XEN_CPUID_FIRST_LEAF; base < XEN_CPUID_FIRST_LEAF + 0x10000; base += 0x100) {
        cpuid(base, &a, &b, &c, &d);
        if (b == XEN_CPUID_SIGNATURE_EBX && c == XEN_CPUID_SIGNATURE_ECX && d == XEN_CPUID_SIGNATURE_EDX)
            break;
    }
    cpuid(base + 2, &a, &b, &c, &d);
    __asm__ volatile("wrmsr" ::"c"(b), "a"((uint32_t)hypercall_page), "d"(0) : "memory");
}

long hypercall(unsigned int number, uint32_t first, const void *second)
{
    long result;
    uint32_t one = first, two = (uint32_t)second;

    __asm__ volatile("call *%[stub]"
                     : "=a"(result), "+b"(one), "+c"(two)
                     : [stub] "D"(hypercall_page + number * 32)
                     : "memory", "edx", "esi");
    return result;
}

uint32_t hvm_param(uint32_t index)
{
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = index};

    hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, &param);
    return param.value;
}

void set_hvm_param(uint32_t index, uint64_t value)
{
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = index, .value = value};

    hypercall(__HYPERVISOR_hvm_op, HVMOP_set_param, &param);
}
