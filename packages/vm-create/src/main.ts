import { runCli } from '@vm-tools/cli';
import { command, type CreateInput } from './options.ts';

void runCli<CreateInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).create(invocation),
});
