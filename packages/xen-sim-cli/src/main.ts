import { runCli } from '@vm-tools/cli';
import { command, faultCommand, guestCommand, listCommand, startCommand, stopCommand } from './options.ts';

void runCli({
  ...command,
  commands: [
    {
      ...startCommand,
      run: async (invocation) => (await import('./commands/start.ts')).start(invocation),
    },
    { ...stopCommand, run: async (invocation) => (await import('./commands/stop.ts')).stop(invocation) },
    { ...listCommand, run: async (invocation) => (await import('./commands/list.ts')).list(invocation) },
    { ...faultCommand, run: async (invocation) => (await import('./commands/fault.ts')).fault(invocation) },
    { ...guestCommand, run: async (invocation) => (await import('./commands/guest.ts')).guest(invocation) },
  ],
});
