import { runCli } from '@vm-tools/cli';
import * as options from './options.ts';

void runCli({
  ...options.command,
  commands: [
    { ...options.on, run: async (invocation) => (await import('./commands/on.ts')).on(invocation) },
    { ...options.off, run: async (invocation) => (await import('./commands/off.ts')).off(invocation) },
    { ...options.list, run: async (invocation) => (await import('./commands/list.ts')).list(invocation) },
  ],
});
