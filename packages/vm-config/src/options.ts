import type { CommandSpec } from '@vm-tools/cli';

export interface CheckInput {
  /** files, and among and behind them key=value */
  readonly file: readonly string[];
}

export interface ConvertInput {
  readonly file: string;
  readonly to?: 'json' | 'xl' | 'libxl';
}

const FILE = 'JSON, or xl.cfg; - reads stdin';

export const command: CommandSpec = {
  name: 'vm-config',
  summary: 'checks and converts configurations of domains; it needs no Xen and no privilege',
  examples: [
    {
      command: 'vm-config check /etc/xen/*.cfg',
      effect: 'what of each would be refused, and what is ignored',
    },
    { command: 'vm-config convert web1.cfg > web1.json', effect: 'an xl.cfg as JSON; and the way back' },
    { command: 'vm-config schema > domain.schema.json', effect: 'the JSON Schema, for an editor' },
  ],
};

export const checkCommand: CommandSpec = {
  name: 'check',
  summary: 'tells what of configurations vm-create would refuse, and what it would ignore, with places',
  arguments: [
    {
      name: '<file...>',
      description: `configuration: ${FILE}; behind it key=value, each overrides all files`,
    },
  ],
  examples: [
    { command: 'vm-config check /etc/xen/*.cfg', effect: 'all of them; status 0 when all would be taken' },
    { command: 'vm-config check web1.cfg memory=1024', effect: 'with 1 GiB, whatever the file says' },
    {
      command: "vm-config check *.cfg --json | jq -r '.[] | select(.ok) | .file'",
      effect: 'the files that would be taken',
    },
    { command: 'vim -q <(vm-config check *.cfg)', effect: 'go from mistake to mistake' },
  ],
  notes: [
    'It looks at no kernel, image, disk or bridge: those belong to the host that creates the domain. What cannot be read is told as a mistake of its file, and the other files are checked.',
    'With --json it prints a list with one object a file: {file, ok, refused: [{line, column, key, code, message, hint}], warnings: [{line, column, message}]}. What has no place has no line and column; what stands on the command line has "in": "command line".',
  ],
};

export const convertCommand: CommandSpec = {
  name: 'convert',
  summary: 'prints a configuration in another format; warnings go to stderr',
  arguments: [{ name: '<file>', description: `configuration: ${FILE}` }],
  options: [
    {
      flags: '--to <format>',
      description: 'the format to print; without it JSON for an xl.cfg, and xl for JSON',
      choices: ['json', 'xl', 'libxl'],
    },
  ],
  examples: [
    { command: 'vm-config convert web1.cfg > web1.json', effect: 'as JSON' },
    { command: 'vm-config convert web1.json > web1.cfg', effect: 'as xl.cfg, for xl' },
    { command: 'vm-config convert web1.cfg --to libxl', effect: 'as xl create -n prints it' },
  ],
  notes: [
    'A value for which xl.cfg has no words, such as a part of a MiB, is refused by its name. Comments are lost. Paths become absolute, and what is ignored is left out. A guest from an image is for JSON alone.',
    'With --json it prints one object: {from, to, text, warnings: [{line, column, message}]}.',
  ],
};

export const schemaCommand: CommandSpec = {
  name: 'schema',
  summary: 'prints the JSON Schema of a configuration in JSON',
  examples: [
    {
      command: 'vm-config schema > domain.schema.json',
      effect: 'for a file with "$schema": "./domain.schema.json"',
    },
  ],
};
