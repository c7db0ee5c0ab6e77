import { toolTests } from '@vm-tools/cli/testing';

/** Long enough for the slowest thing a test does on emulated processors. */
const limitMs = 240_000;

export const { result, listed, failure, interrupt } = toolTests({ timeoutMs: limitMs });
