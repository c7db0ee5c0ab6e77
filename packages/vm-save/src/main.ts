import { runCli } from '@vm-tools/cli';
import { command, type SaveInput } from './options.ts';

void runCli<SaveInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).save(invocation),
});
