import { asCount, type CommandSpec, WAIT, type WaitInput } from '@vm-tools/cli';
import { RANGES, sizeWords } from '@vm-tools/words';

/** A guest from an image, as the command line describes it. */
export interface ImageInput {
  readonly image?: string;
  readonly name?: string;
  readonly memory?: string;
  readonly vcpus?: number;
  readonly disk?: string;
  readonly bridge?: string;
  readonly sshKey?: string;
  readonly user?: string;
  readonly hostname?: string;
  readonly ip?: string;
  readonly gateway?: string;
  readonly dns?: string;
}

export interface CreateInput extends WaitInput, ImageInput {
  /** files, and among and behind them key=value */
  readonly file: readonly string[];
  readonly paused?: boolean;
  readonly console?: boolean;
  readonly dryRun?: boolean;
  readonly fromPending?: boolean;
}

export const command: CommandSpec = {
  name: 'vm-create',
  summary:
    'creates a domain from a configuration file, or from an image with cloud-init, and prints its domid',
  arguments: [
    {
      name: '[file...]',
      description:
        'configuration: JSON, or the everyday subset of xl.cfg; - reads stdin; behind it key=value, each overrides the file; several files make several domains, one after the other; with --image key=value alone, in the words of JSON',
      completes: ['<file>'],
    },
  ],
  options: [
    { flags: '-p, --paused', description: 'leave it paused; vm-unpause starts it' },
    { flags: '-c, --console', description: 'connect to its console; Ctrl-] leaves it', conflicts: ['json'] },
    {
      flags: '--from-pending',
      description: 'FILE is instead the name or UUID of a guest whose restart has failed: restart it now',
      conflicts: ['dryRun', 'paused'],
    },
    { flags: '-n, --dry-run', description: 'only check the configuration and print the steps' },
    {
      flags: '--image <file>',
      description:
        'instead of a configuration: a raw or qcow2 image whose system has cloud-init; the guest gets a disk on top of it, and the image stays as it is',
      conflicts: ['fromPending'],
    },
    { flags: '--name <name>', description: 'with --image: the name of the guest' },
    { flags: '--memory <size>', description: `with --image: its memory, ${sizeWords()}` },
    {
      flags: '--vcpus <count>',
      description: 'with --image: its processors (default: 1)',
      ...asCount(RANGES.vcpus),
    },
    {
      flags: '--disk <size>',
      description: 'with --image: the size of its disk, written like its memory (default: that of the image)',
      completes: [],
    },
    {
      flags: '--bridge <bridge>',
      description: 'with --image: the bridge that it joins (default: xenbr0)',
      completes: [],
    },
    {
      flags: '--ssh-key <file>',
      description: 'with --image: the file of the public keys that may log in',
    },
    {
      flags: '--user <user>',
      description: 'with --image: the user to make for them, who may use sudo (default: that of the image)',
      completes: [],
    },
    {
      flags: '--hostname <name>',
      description: 'with --image: what the guest calls itself (default: its name)',
    },
    {
      flags: '--ip <address>',
      description: 'with --image: a fixed address, 192.0.2.10/24 (default: DHCP, as in most images)',
      completes: [],
    },
    { flags: '--gateway <address>', description: 'with --ip: the way out', completes: [] },
    {
      flags: '--dns <addresses>',
      description: 'with --ip: its name servers, with commas between',
      completes: [],
    },
    WAIT,
  ],
  examples: [
    { command: 'vm-create web1.cfg', effect: 'create and start the domain of web1.cfg' },
    { command: 'vm-create web1.cfg memory=1024', effect: 'with 1 GiB, whatever the file says' },
    { command: 'vm-create web1.cfg web2.cfg memory=1024', effect: 'both of them, with 1 GiB each' },
    { command: 'vm-create -n web1.cfg', effect: 'print the steps, and change nothing' },
    {
      command: 'vm-create --from-pending web1',
      effect: 'restart web1 once its kernel, missing at its reboot, is here',
    },
    { command: 'id=$(vm-create -p web1.cfg)', effect: 'use the domid in a script' },
    {
      command: 'vm-create --image debian.qcow2 --name web1 --memory 2G --ssh-key id.pub',
      effect: 'a guest from an image, in which the owner of the key can log in',
    },
    {
      command: 'vm-create -n --image debian.qcow2 --name web1 --memory 2G --ssh-key id.pub',
      effect: 'print what would be done, and what its cloud-init would be told',
    },
  ],
  notes: [
    'Of a guest from an image, disk and seed are in /var/lib/vm-tools/images/NAME. vm-destroy leaves them; remove the folder when the guest is not wanted any more. The image must neither be changed nor removed while a disk is on top of it. The guest starts by GRUB of grub-xen-host, unless kernel=FILE names a kernel.',
  ],
};
