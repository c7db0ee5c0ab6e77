import { runCli } from '@vm-tools/cli';
import * as options from './options.ts';

void runCli({
  ...options.command,
  commands: [
    { ...options.list, run: async (invocation) => (await import('./commands/list.ts')).list(invocation) },
    {
      ...options.create,
      run: async (invocation) => (await import('./commands/create.ts')).create(invocation),
    },
    {
      ...options.destroy,
      run: async (invocation) => (await import('./commands/destroy.ts')).destroy(invocation),
    },
    {
      ...options.rename,
      run: async (invocation) => (await import('./commands/rename.ts')).rename(invocation),
    },
    { ...options.add, run: async (invocation) => (await import('./commands/cpus.ts')).add(invocation) },
    { ...options.remove, run: async (invocation) => (await import('./commands/cpus.ts')).remove(invocation) },
    { ...options.split, run: async (invocation) => (await import('./commands/split.ts')).split(invocation) },
    {
      ...options.scheduler,
      run: async (invocation) => (await import('./commands/scheduler.ts')).scheduler(invocation),
    },
    { ...options.move, run: async (invocation) => (await import('./commands/move.ts')).move(invocation) },
  ],
});
