import { runCli } from '@vm-tools/cli';
import { command, type CreateInput } from './options.ts';

await runCli<CreateInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).create(invocation),
});
