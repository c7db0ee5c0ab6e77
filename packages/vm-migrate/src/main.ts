import { runCli } from '@vm-tools/cli';
import { command, listCommand, resolveCommand, statusCommand, type MigrateInput } from './options.ts';

await runCli<MigrateInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).migrate(invocation),
  commands: [
    { ...listCommand, run: async (invocation) => (await import('./list.ts')).list(invocation) },
    { ...statusCommand, run: async (invocation) => (await import('./status.ts')).status(invocation) },
    { ...resolveCommand, run: async (invocation) => (await import('./resolve.ts')).resolve(invocation) },
  ],
});
