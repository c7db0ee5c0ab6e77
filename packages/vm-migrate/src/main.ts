import { runCli } from '@vm-tools/cli';
import {
  cancelCommand,
  command,
  forgetCommand,
  listCommand,
  resolveCommand,
  setCommand,
  statusCommand,
  type MigrateInput,
} from './options.ts';

await runCli<MigrateInput>({
  ...command,
  run: async (invocation) =>
    invocation.input.check
      ? (await import('./commands/check.ts')).check(invocation)
      : (await import('./run.ts')).migrate(invocation),
  commands: [
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
