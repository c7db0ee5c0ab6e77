import { runCli } from '@vm-tools/cli';
import { command, type DoctorInput } from './options.ts';

void runCli<DoctorInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).examine(invocation),
});
