import type { Readable } from 'node:stream';
import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { openImage } from '@vm-tools/xen-stream';
import { planDomain, type Finished } from '../actions/plan-domain.ts';
import type { DomainConfig } from '../config/schema.ts';
import { asVmToolsError } from '../guest/guest-error.ts';
import type { Host } from '../host.ts';
import { fromLibxlJson } from '../image-config/index.ts';
import { pipeline } from '../step/pipeline.ts';
import { runPipeline, type Completed, type RunOptions } from '../step/run.ts';
import { checkMemory } from '../steps/check-memory.ts';
import { checkNameFree } from '../steps/check-name-free.ts';
import type { Wanted } from '../steps/context.ts';
import { restoreMemory } from '../steps/restore-memory.ts';
import type { Offer, RestoreControl, Target } from './ports.ts';
import { startRestored } from './start-restored.ts';

export interface TargetOptions extends Pick<RunOptions, 'onStep' | 'onLog'> {
  /** `start` leaves it paused. @default false */
  readonly paused?: boolean;
  /** Instead of the name that it was saved under. */
  readonly name?: string;
}

/** This host, as a place where one saved domain can come to life again. */
export function domainTarget(host: Host, options: TargetOptions = {}): Target {
  let made: Completed<Finished> | undefined;

  function configOf(json: string): DomainConfig & { readonly uuid: string } {
    const config = fromLibxlJson(json);
    if (config.uuid === undefined) throw noUuid();
    return { ...config, uuid: config.uuid, name: options.name ?? config.name };
  }

  async function reserve({ config }: Offer): Promise<void> {
    const wanted: Wanted = { config: configOf(JSON.stringify(config)) };
    await runPipeline(pipeline('reserve', wanted).step(checkNameFree).step(checkMemory), host);
  }

  async function restore(stream: Readable, { signal, transferId }: RestoreControl): Promise<void> {
    let saved: Pick<DomainConfig, 'name' | 'uuid'> | undefined;
    try {
      throwIfAborted(signal, 'restoring a domain');
      const image = await openImage(stream, { signal, expect: (json) => configOf(json).type });
      const config = configOf(image.configJson);
      saved = config;
      // It stays paused until `start`: before that the guest may still be running where it came from.
      const fill = restoreMemory(image);
      const plan = planDomain({ name: 'vm-restore', config, fill, isNew: false, transfer: transferId });
      made = await runPipeline(plan, host, { ...options, signal });
    } catch (thrown) {
      throw restoreError(thrown, saved);
    }
  }

  async function start(): Promise<{ domid: number }> {
    const { domid, config } = finished(made).context;
    await startRestored(host, { domid, name: config.name }, options);
    return { domid };
  }

  async function abandon(): Promise<void> {
    const leftovers = (await made?.undo()) ?? [];
    if (leftovers.length === 0) return;
    throw new VmToolsError({
      code: 'DOMAIN_NOT_ABANDONED',
      message: `what was restored could not be removed: ${leftovers.join('; ')}`,
      hint: 'vm-list shows whether the domain is there still; vm-destroy removes it',
      leftovers,
    });
  }

  return {
    get domid() {
      return made?.context.domid;
    },
    reserve,
    restore,
    start,
    abandon,
  };
}

function finished(made: Completed<Finished> | undefined): Completed<Finished> {
  if (made !== undefined) return made;
  throw new VmToolsError({
    code: 'DOMAIN_NOT_RESTORED',
    message: 'there is no restored domain to start',
    hint: 'restore it first',
  });
}

/** @param saved what is known of it by now */
function restoreError(thrown: unknown, saved: Pick<DomainConfig, 'name' | 'uuid'> | undefined): VmToolsError {
  const error = asVmToolsError(thrown, {
    doing: `restoring ${saved?.name ?? 'a domain'}`,
    hint: 'nothing of it is left here; try again when the cause is gone',
  });
  const state = error.leftovers.length === 0 ? 'not created here' : 'not started here';
  const { name, uuid } = saved ?? {};
  return error.with({
    guest: { ...(name === undefined ? {} : { name }), ...(uuid === undefined ? {} : { uuid }), state },
  });
}

function noUuid(): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NO_CONFIG',
    kind: 'corrupt',
    message: 'the saved configuration has no UUID',
    hint: 'save the domain anew',
  });
}
