import { runCli } from '@vm-tools/cli';
import { command, type ShutdownInput } from './options.ts';

void runCli<ShutdownInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).shutdown(invocation),
});
