import { runCli } from '@vm-tools/cli';
import {
  cancelCommand,
  command,
  forgetCommand,
  listCommand,
  receiveCommand,
  resolveCommand,
  setCommand,
  settleCommand,
  statusCommand,
  whereCommand,
  type MigrateInput,
} from './options.ts';

void runCli<MigrateInput>({
  ...command,
  run: async (invocation) => {
    const { check, dryRun } = invocation.input;
    if (check) return (await import('./commands/check.ts')).check(invocation);
    if (dryRun) return (await import('./commands/dry-run.ts')).dryRun(invocation);
    return (await import('./run.ts')).migrate(invocation);
  },
  commands: [
    { ...whereCommand, run: async (invocation) => (await import('./commands/where.ts')).where(invocation) },
    {
      ...settleCommand,
      run: async (invocation) => (await import('./commands/settle.ts')).settle(invocation),
    },
    {
      ...receiveCommand,
      run: async (invocation) => (await import('./commands/receive.ts')).receive(invocation),
    },
    { ...listCommand, run: async (invocation) => (await import('./commands/list.ts')).list(invocation) },
    {
      ...statusCommand,
      run: async (invocation) => (await import('./commands/status.ts')).status(invocation),
    },
    {
      ...cancelCommand,
      run: async (invocation) => (await import('./commands/cancel.ts')).cancel(invocation),
    },
    { ...setCommand, run: async (invocation) => (await import('./commands/set.ts')).set(invocation) },
    {
      ...forgetCommand,
      run: async (invocation) => (await import('./commands/forget.ts')).forget(invocation),
    },
    {
      ...resolveCommand,
      run: async (invocation) => (await import('./commands/resolve.ts')).resolve(invocation),
    },
  ],
});
