import { runCli } from '@vm-tools/cli';
import { command, type ServeInput } from './options.ts';

await runCli<ServeInput>({
  ...command,
  run: async (invocation) => (await import('./run.ts')).serve(invocation),
});
