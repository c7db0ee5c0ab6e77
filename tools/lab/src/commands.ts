import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { releaseNames } from './images/releases.ts';
import type { Release } from './images/releases.ts';
import { hostNames, isHostName } from './machine/host-name.ts';
import type { HostName } from './machine/host-name.ts';
import { labError } from './local/lab-error.ts';
import { attachLab, startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import type { LabHost } from './host/lab-host.ts';
import { runningLabs } from './lab-state.ts';
import { logsOf } from './local/layout.ts';
import { prepare } from './prepare.ts';
import { serialConsole } from './machine/serial-console.ts';
import { syncBundle } from './host/sync.ts';
import type { Report } from './local/report.ts';

interface NameOption {
  readonly name: string;
}

interface ReleaseOption {
  readonly release: Release;
}

/** The command tree; every action ends in the exit status that it stands for. */
export function labCommand(report: Report, signal: AbortSignal): Command {
  const program = new Command('lab')
    .description('real Xen hosts in QEMU')
    .showSuggestionAfterError()
    .enablePositionalOptions();
  const command = (usage: string, text: string): Command =>
    program.command(usage).description(text).option('--name <lab>', 'which lab', 'default');

  const ofRelease = (known: Command): Command =>
    known.addOption(
      new Option('--release <name>', 'of Debian').choices(releaseNames).default('bookworm' satisfies Release),
    );

  ofRelease(program.command('build').description('build the image of the hosts and the guests')).action(
    async ({ release }: ReleaseOption) => {
      await prepare(release, report, signal);
    },
  );

  ofRelease(command('up [hosts...]', 'start hosts (a and b) that stay up until `down`'))
    .option('--cpu <flags>', 'for their processors, as QEMU writes them: aes=off')
    .action(
      async (names: string[], { name, release, cpu }: NameOption & ReleaseOption & { cpu?: string }) => {
        const hosts = names.length === 0 ? hostNames : names.map(hostName);
        const flags = cpu === undefined ? {} : Object.fromEntries(hosts.map((host) => [host, cpu]));
        await startLab({ name, hosts, release, cpu: flags, keep: true, report, signal });
      },
    );

  command('exec <host> [command...]', 'run a command on a host: exec a -- xl list')
    .passThroughOptions()
    .action(async (host: string, [first, ...rest]: string[], { name }: NameOption) => {
      const words = first === undefined ? [] : first === '--' ? rest : [first, ...rest];
      process.exitCode = await (
        await find(name)
      )
        .host(host)
        .interact(words.length === 1 ? words.join('') : words);
    });

  command('console <host>', 'the serial line of a host; Ctrl-] leaves').action(
    async (host: string, { name }: NameOption) => {
      await serialConsole(name, (await find(name)).host(host).name);
    },
  );

  command('logs <host>', 'the folder with the logs of a host, and what is in it').action(
    async (host: string, { name }: NameOption) => {
      const folder = logsOf(name, hostName(host));
      const files = await readdir(folder, { recursive: true }).catch(() => []);
      for (const file of files.sort()) console.log(join(folder, file));
    },
  );

  command('cp <from> <to>', 'copy a file or folder; HOST:PATH is one on a host').action(
    async (from: string, to: string, { name }: NameOption) => {
      const [, source, sourcePath] = /^([a-z]):(.*)$/.exec(from) ?? [];
      const [, target, targetPath] = /^([a-z]):(.*)$/.exec(to) ?? [];
      const lab = await find(name);
      if (target !== undefined && targetPath !== undefined && source === undefined) {
        await lab.host(target).put(from, targetPath);
      } else if (source !== undefined && sourcePath !== undefined && target === undefined) {
        await lab.host(source).get(sourcePath, to);
      } else {
        throw labError({
          code: 'USAGE',
          kind: 'usage',
          message: 'one of the two must be HOST:PATH, the other a path',
        });
      }
    },
  );

  command('sync [hosts...]', 'put the bundle of `npm run bundle` on running hosts').action(
    async (names: string[], { name }: NameOption) => {
      const lab = await find(name);
      const hosts: readonly LabHost[] = names.length === 0 ? lab.hosts : names.map((host) => lab.host(host));
      await Promise.all(hosts.map(syncBundle));
    },
  );

  program
    .command('status')
    .description('labs that are up')
    .action(async () => {
      for (const { name, hosts } of await runningLabs()) {
        for (const [host, { pid, sshPort, release }] of Object.entries(hosts)) {
          console.log(
            `${name}\t${host}\t${release}\tpid ${pid}\tssh 127.0.0.1:${sshPort}\tlogs ${logsOf(name, host)}`,
          );
        }
      }
    });

  command('down', 'end a lab; its logs stay').action(async ({ name }: NameOption) => {
    await (await attachLab(name))?.down();
  });

  return program;
}

async function find(name: string): Promise<Lab> {
  const lab = await attachLab(name);
  if (lab !== undefined) return lab;
  const hint = `start it with \`npm run lab -- up --name ${name}\``;
  throw labError({ code: 'NO_LAB', kind: 'usage', message: `lab ${name} is not up`, hint });
}

function hostName(name: string): HostName {
  if (isHostName(name)) return name;
  throw labError({
    code: 'USAGE',
    kind: 'usage',
    message: `a host is called ${hostNames.join(' or ')}, not "${name}"`,
  });
}
