import { runCli } from '@vm-tools/cli';
import * as options from './options.ts';

void runCli({
  ...options.command,
  commands: [
    { ...options.cpu, run: async (invocation) => (await import('./commands/cpu.ts')).cpu(invocation) },
  ],
});
