import chalk from 'chalk';
import { join } from 'node:path';
import { checkout } from './checkout.ts';
import type { PlayedHost } from './hosts.ts';
import { configPath } from './play.ts';

/** The commands that can be typed now. */
export function goOn(
  [a, b]: readonly [PlayedHost, PlayedHost],
  [toA, toB]: readonly [a: string, b: string],
): void {
  const lines = [
    ['the tools, and the Node that they need', `export PATH=${join(checkout, 'node_modules/.bin')}:$PATH`],
    ['look at it', `vm-list --host ${b.spec}`],
    ['see it count; Ctrl-] leaves', `vm-console web1 --host ${b.spec}`],
    ['let it write faster', `xen-sim guest ${b.name} web1 --dirty 10M/s`],
    ['send it back', `vm-migrate web1 ${toA} --host ${b.spec} --bwlimit 20M`],
    ['one more', `vm-create ${configPath(a)} name=web2 'disk=[]' --host ${a.spec}`],
    [
      'make a migration fail half way …',
      `xen-sim fault ${a.name} --call domainSave --at 50000000 --errno EIO`,
    ],
    ['… and see what is left of it', `vm-migrate web2 ${toB} --host ${a.spec}; vm-list --host ${a.spec}`],
    ['end the hosts', `npm run quickstart -- --stop`],
  ] as const;
  console.log(chalk.bold('\nThe hosts stay up. To go on:'));
  for (const [what, command] of lines) console.log(`  ${chalk.dim(`# ${what}`)}\n  ${command}`);
}
