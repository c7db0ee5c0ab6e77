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
      ...options.restore,
      run: async (invocation) => (await import('./commands/restore.ts')).restore(invocation),
    },
    { ...options.cpu, run: async (invocation) => (await import('./commands/cpu.ts')).cpu(invocation) },
  ],
});
