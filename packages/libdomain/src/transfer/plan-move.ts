import { planDomain } from '../actions/plan-domain.ts';
import type { Disk } from '../config/devices/disk.ts';
import { isHere } from '../config/devices/is-here.ts';
import { isForQemu } from '../devices/qemu/needs-qemu.ts';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest-error.ts';
import type { Host } from '../host.ts';
import { restoreMemory } from '../steps/memory/restore-memory.ts';
import { SOURCE_CHECKS } from './admission/source-checks.ts';
import { TARGET_CHECKS } from './admission/target-checks.ts';
import { checkSavable, type LiveMode } from './source/check-savable.ts';
import { currentConfig, type CurrentConfig } from './source/current-config.ts';

/** One step of a move, and the host on which it is done. */
export interface MoveStep {
  readonly side: 'source' | 'target';
  readonly name: string;
  /** one clause, e.g. "stop its qemu, and have /srv/web1.qcow2 written to its storage" */
  readonly about: string;
}

/**
 * The steps of a move of a running domain in their order, when nothing goes wrong. Asks no other host, and changes
 * nothing.
 *
 * @param mode as for `domainSource`
 * @throws as its `describe`
 */
export async function planMove(
  host: Host,
  domain: Domain,
  mode: LiveMode = 'auto',
): Promise<readonly MoveStep[]> {
  try {
    const { live, info } = await checkSavable(host, domain, mode);
    return stepsOf(await currentConfig(host, domain, info), live);
  } catch (thrown) {
    throw await guestError(host, domain, thrown, { doing: `looking at ${domain.name}`, hint: 'try again' });
  }
}

/** Those of the target are the ones that it will run. */
function stepsOf({ config, json }: CurrentConfig, live: boolean): readonly MoveStep[] {
  const fill = restoreMemory(() => Promise.resolve());
  const plan = planDomain({ name: 'vm-migrate', config, configJson: json, fill, isNew: false });
  const made = plan.describe();
  const filled = made.findIndex(({ name }) => name === fill.name);
  const on =
    (side: MoveStep['side']) =>
    ({ name, about }: Omit<MoveStep, 'side'>): MoveStep => ({ side, name, about });
  const source = on('source');
  const target = on('target');
  return [
    source({ name: 'hold', about: 'lock the domain against all other tools' }),
    source({ name: 'checks', about: namesOf(SOURCE_CHECKS) }),
    source({ name: 'offered', about: 'in its journal: the domain is offered' }),
    target({ name: 'checks', about: namesOf(TARGET_CHECKS) }),
    target({ name: 'reserved', about: 'in its journal: name, UUID and memory are promised, and locked' }),
    ...made.slice(0, filled + 1).map(target),
    ...(live ? [source({ name: 'precopy', about: 'send its memory while it runs, round after round' })] : []),
    source({ name: 'suspend', about: 'the domain stands still from here on' }),
    ...config.disks
      .filter((disk) => disk.target !== '' && isHere(disk))
      .map((disk) => source(releaseOf(disk))),
    source({ name: 'stop-and-copy', about: 'send the rest, and the end of the image' }),
    ...made.slice(filled + 1).map(target),
    target({ name: 'ready', about: 'in its journal: the domain is here, paused, with its disks open' }),
    source({ name: 'committed', about: 'in its journal: from here on the target alone decides' }),
    target({ name: 'owner', about: 'in its journal: the domain is its own' }),
    target({ name: 'start', about: 'let it run' }),
    source({ name: 'confirmed', about: 'in its journal: it runs there' }),
    source({ name: 'destroy', about: 'remove the copy here, and the backends of its devices' }),
  ];
}

function namesOf(checks: readonly { readonly name: string }[]): string {
  return checks.map(({ name }) => name).join(', ');
}

/** The target opens a disk behind the end of the image, and that is sent behind this. */
function releaseOf(disk: Disk): Omit<MoveStep, 'side'> {
  const { vdev, target, access } = disk;
  const stop = isForQemu(disk) ? 'stop its qemu' : '';
  const write = access === 'ro' ? '' : `have ${target} written to its storage`;
  const about = [stop, write].filter(Boolean).join(', and ') || 'nothing is to be written';
  return { name: `release ${vdev}`, about };
}
