import { runCli } from '@vm-tools/cli';
import { command, type MigrateInput } from './options.ts';

await runCli<MigrateInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).migrate(invocation),
});
