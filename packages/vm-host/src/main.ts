import { runCli } from '@vm-tools/cli';
import * as options from './options.ts';

void runCli({
  ...options.command,
  commands: [
    { ...options.info, run: async (invocation) => (await import('./commands/info.ts')).info(invocation) },
    {
      ...options.shutdown,
      run: async (invocation) => (await import('./commands/shutdown.ts')).shutdown(invocation),
    },
    { ...options.save, run: async (invocation) => (await import('./commands/shutdown.ts')).save(invocation) },
    {
      ...options.evacuate,
      run: async (invocation) => (await import('./commands/evacuate.ts')).evacuate(invocation),
    },
    { ...options.close, run: async (invocation) => (await import('./commands/door.ts')).close(invocation) },
    { ...options.open, run: async (invocation) => (await import('./commands/door.ts')).open(invocation) },
    {
      ...options.restore,
      run: async (invocation) => (await import('./commands/restore.ts')).restore(invocation),
    },
    { ...options.cpu, run: async (invocation) => (await import('./commands/cpu.ts')).cpu(invocation) },
  ],
});
