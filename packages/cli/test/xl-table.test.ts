import { beforeAll, expect, test } from '@jest/globals';
import { readTools, type Tools } from './commands-of-tools.ts';
import { readPage } from './error-codes.ts';
import { faultsOfCommands } from './faults-of-commands.ts';

/** As `xl help` of Debian's 4.17.7 lists them. */
const XL_COMMANDS = `
create config-update list destroy shutdown reboot pci-attach pci-detach pci-list pci-assignable-add pci-assignable-remove pci-assignable-list pause unpause console vncviewer save migrate restore migrate-receive dump-core cd-insert cd-eject mem-max mem-set button-press vcpu-list vcpu-pin vcpu-set vm-list info sharing sched-credit sched-credit2 sched-rtds domid domname rename trigger sysrq debug-keys set-parameters dmesg top network-attach network-list network-detach channel-list block-attach block-list block-detach vtpm-attach vtpm-list vtpm-detach vkb-attach vkb-list vkb-detach vdispl-attach vdispl-list vdispl-detach vsnd-attach vsnd-list vsnd-detach uptime claims cpupool-create cpupool-list cpupool-destroy cpupool-rename cpupool-cpu-add cpupool-cpu-remove cpupool-migrate cpupool-numa-split getenforce setenforce loadpolicy remus devd psr-hwinfo psr-cmt-attach psr-cmt-detach psr-cmt-show psr-cat-set psr-cat-show psr-mba-set psr-mba-show usbctrl-attach usbctrl-detach usbdev-attach usbdev-detach usb-list qemu-monitor-command
`;

/** What later versions have added. */
const LATER = 'suspend resume';

interface Row {
  readonly xl: string;
  readonly here: string;
  readonly remarks: string;
}

let page: string;
let rows: readonly Row[];
let tools: Tools;
beforeAll(async () => {
  tools = await readTools();
  page = await readPage('docs/xl.md');
  rows = page.split('\n').flatMap((line) => {
    const [, xl = '', here = '', remarks = ''] = line.split('|').map((cell) => cell.trim());
    const [, name] = /^`([a-z][a-z0-9-]*)`$/.exec(xl) ?? [];
    return name === undefined ? [] : [{ xl: name, here, remarks }];
  });
});

test('every command of xl has its row', () => {
  const known = `${XL_COMMANDS} ${LATER}`.trim().split(/\s+/);
  expect(known.length).toBe(94);
  expect(rows.map(({ xl }) => xl)).toEqual(known);
});

test('each row names a command that there is, or says why there is none', () => {
  const programs = [...tools.keys()];
  for (const { xl, here, remarks } of rows) {
    if (here === 'not yet') continue;
    if (here === 'will not be') expect({ xl, remarks }).not.toEqual({ xl, remarks: '' });
    else {
      const [, program] = /^`([a-z-]+)[^`]*`$/.exec(here) ?? [];
      expect({ xl, isThere: programs.includes(program ?? '') }).toEqual({ xl, isThere: true });
    }
  }
});

test('the commands, options and choices that it names are there', () => {
  const named = [...page.matchAll(/`((?:vm-|xfrd)[^`]*)`/g)].map(([, command = '']) => command);
  expect(named.length).toBeGreaterThan(50);
  expect(named.flatMap((command) => faultsOfCommands(command, tools))).toEqual([]);
});

test.each([
  ['`vm-set DOM --memroy 5`', ['vm-set DOM --memroy 5: there is no option --memroy']],
  ['`vm-config convret FILE`', ['vm-config convret FILE: "convret" is none of its commands']],
  ['`vm-config convert FILE --to xml`', ['vm-config convert FILE --to xml: --to does not take xml']],
])('%s is noticed', (text, faults) => {
  expect(faultsOfCommands(text, tools)).toEqual(faults);
});
