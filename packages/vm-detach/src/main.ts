import { runCli } from '@vm-tools/cli';
import { command, type DetachInput } from './options.ts';

void runCli<DetachInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).detach(invocation),
});
