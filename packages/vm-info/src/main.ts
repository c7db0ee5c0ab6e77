import { runCli } from '@vm-tools/cli';
import { command, type InfoInput } from './options.ts';

void runCli<InfoInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).info(invocation),
});
