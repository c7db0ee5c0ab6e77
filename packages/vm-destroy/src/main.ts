import { runCli } from '@vm-tools/cli';
import { command, type DestroyInput } from './options.ts';

void runCli<DestroyInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).destroy(invocation),
});
