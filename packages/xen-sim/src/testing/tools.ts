import { toolTests } from '@vm-tools/cli/testing';

export const { result, listed, failure, interrupt, interruptAt } = toolTests();
