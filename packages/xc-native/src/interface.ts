/**
 * What a process needs that talks to a `Xen` elsewhere: the numbers and words of the interface. Nothing of libxc is
 * loaded with it.
 *
 * @packageDocumentation
 */
export { LEAF_BYTES, MSR_BYTES } from './cpu/entries.ts';
export { HVM_PARAM, SCHEDULERS, TRIGGERS } from './xen.ts';
