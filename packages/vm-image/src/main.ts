import { runCli } from '@vm-tools/cli';
import { command, convertCommand, extractCommand, infoCommand, verifyCommand } from './options.ts';

void runCli({
  ...command,
  commands: [
    {
      ...infoCommand,
      run: async (invocation) => (await import('./commands/info.ts')).info(invocation),
    },
    {
      ...verifyCommand,
      run: async (invocation) => (await import('./commands/verify.ts')).verify(invocation),
    },
    {
      ...convertCommand,
      run: async (invocation) => (await import('./commands/convert.ts')).convert(invocation),
    },
    {
      ...extractCommand,
      run: async (invocation) => (await import('./commands/extract.ts')).extract(invocation),
    },
  ],
});
