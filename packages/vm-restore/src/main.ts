import { runCli } from '@vm-tools/cli';
import { command, type RestoreInput } from './options.ts';

void runCli<RestoreInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).restore(invocation),
});
