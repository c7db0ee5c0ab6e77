import { runCli } from '@vm-tools/cli';
import { command, type DumpInput } from './options.ts';

void runCli<DumpInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).dump(invocation),
});
