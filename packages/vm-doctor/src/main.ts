import { runCli } from '@vm-tools/cli';
import { command, type DoctorInput } from './options.ts';

await runCli<DoctorInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).examine(invocation),
});
