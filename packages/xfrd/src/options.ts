import type { CommandSpec } from '@vm-tools/cli';

export interface ServeInput {
  readonly listen: string;
  readonly once?: boolean;
  readonly bwlimit?: string;
}

export const command: CommandSpec = {
  name: 'xfrd',
  summary: 'receives domains that vm-migrate sends from other hosts',
  options: [
    { flags: '--listen <endpoint>', description: 'where to listen', default: 'tcp://127.0.0.1:8002' },
    { flags: '--bwlimit <rate>', description: 'bytes a second at most, all domains together' },
    { flags: '--once', description: 'end after one transfer, with its status' },
  ],
  examples: [
    { command: 'xfrd', effect: 'listen on loopback, port 8002' },
    { command: 'xfrd --listen tcp://10.0.0.2:8002', effect: 'listen on a trusted network' },
    { command: 'xfrd --once --json', effect: 'receive one domain and print what happened' },
  ],
  notes: [
    'tcp:// is neither encrypted nor authenticated: whoever reaches the port can start domains here.\nSIGTERM lets transfers under way come to their end and takes no new ones.',
  ],
};
