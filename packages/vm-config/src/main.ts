import { runCli } from '@vm-tools/cli';
import { checkCommand, command, convertCommand, schemaCommand } from './options.ts';

void runCli({
  ...command,
  commands: [
    {
      ...checkCommand,
      run: async (invocation) => (await import('./commands/check.ts')).check(invocation),
    },
    {
      ...convertCommand,
      run: async (invocation) => (await import('./commands/convert.ts')).convert(invocation),
    },
    { ...schemaCommand, run: async () => (await import('./commands/schema.ts')).schema() },
  ],
});
