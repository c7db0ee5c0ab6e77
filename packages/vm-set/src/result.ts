import type { Domain } from '@vm-tools/libdomain';

/** A domain as it is behind a change. */
export type Changed = Pick<Domain, 'domid' | 'uuid' | 'name' | 'memoryKib' | 'maxMemoryKib' | 'vcpus'>;
