import type { Readable } from 'node:stream';
import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { openImage, PAGE_BYTES, type ExpectedDomain } from '@vm-tools/xen-stream';
import { planDomain, type Finished } from '../../actions/plan-domain.ts';
import { requireOpen } from '../../closed.ts';
import { isHere } from '../../config/devices/is-here.ts';
import { nameFault } from '../../config/keys/name-fault.ts';
import type { DomainConfig } from '../../config/schema.ts';
import { asVmToolsError } from '../../guest-error.ts';
import { lockDomain, requireDecided, type Hold, type HoldOptions } from '../../hold/hold-domain.ts';
import type { Host } from '../../host.ts';
import { fromLibxlJson } from '../../image-config/index.ts';
import { maxPagesOf } from '../../memory.ts';
import { FROM_FILE } from '../../paths.ts';
import {
  isSealedHere,
  readPlaceRules,
  requireDevicesAllowed,
  rulesFor,
  withoutSeal,
  type Origin,
  type PlaceRules,
  type RulesOfPeer,
} from '../../places/index.ts';
import { reservationsOf } from '../../reservations.ts';
import { runPipeline, type Completed, type RunOptions } from '../../step/run.ts';
import type { StepEvent } from '../../step/step.ts';
import { restoreMemory } from '../../steps/memory/restore-memory.ts';
import { refusalOf, runChecks } from '../admission/run-checks.ts';
import {
  arrivingOf,
  CHEAP_CHECKS,
  requireFiles,
  TARGET_CHECKS,
  type Arrival,
} from '../admission/target-checks.ts';
import type { Check, DiskMoment, Offer, RestoreControl, Target } from '@vm-tools/ports';
import { checkOffered } from './check-offered.ts';
import { checkedHere, checkedInFile, type CheckedImage } from './checked-image.ts';
import { startRestored } from './start-restored.ts';

/** How a saved domain comes to life here: under which name, paused or not, and with which files. */
export interface TargetOptions extends Pick<RunOptions, 'onStep' | 'onLog'>, Pick<HoldOptions, 'waitMs'> {
  /** `start` leaves it paused. @default false */
  readonly paused?: boolean;
  /** It was here before, and comes back to a host that takes no others. @default false */
  readonly isBack?: boolean | undefined;
  /** Awaited by `start`, when the domain is whole and has not run yet; where it rejects, the domain does not run. */
  readonly beforeStart?: (() => Promise<void>) | undefined;
  /** Instead of the name that it was saved under. */
  readonly name?: string;
  /** The origin of it. @default a peer without a name when it is offered, otherwise an image that was not made here */
  readonly origin?: Origin | undefined;
  /** The rules of a peer. @default the rules for all */
  readonly rulesOfPeer?: RulesOfPeer | undefined;
}

/** A target that also takes images which another process reads and checks. */
export interface DomainTarget extends Target {
  /** From the moment on at which `restore` has made it. */
  readonly domid: number | undefined;
  requireFree(offer: Offer): Promise<void>;
  release(): Promise<void>;
  /** The domain that the libxc stream behind this configuration must hold. */
  readonly expect: (configJson: string) => ExpectedDomain;
  /** As `restore`. */
  readonly restoreChecked: (image: CheckedImage, control: RestoreControl) => Promise<void>;
}

/** This host, as a place where one saved domain can come to life again. */
export function domainTarget(host: Host, options: TargetOptions = {}): DomainTarget {
  let made: Completed<Finished> | undefined;
  let offered: Offer | undefined;
  /** the UUID to which memory and name are promised */
  let promised: string | undefined;
  let held: Hold | undefined;
  let opened: DiskMoment | undefined;
  const warnings = new Set<string>();

  function configOf(json: string): DomainConfig & { readonly uuid: string } {
    const config = fromLibxlJson(json, pickName(options));
    if (config.uuid === undefined) throw noUuid();
    return { ...config, uuid: config.uuid };
  }

  /** A moved domain keeps its name: it can be renamed only before. */
  function configOfPeer(json: string): ReturnType<typeof configOf> {
    try {
      return configOf(json);
    } catch (thrown) {
      const isOfName = thrown instanceof VmToolsError && thrown.details['key'] === 'name';
      throw isOfName ? thrown.with({ hint: 'give it another name where it runs: xl rename' }) : thrown;
    }
  }

  /** A file comes without an offer; it may be restored under another name. */
  function offeredConfig(json: string, offer = offered): ReturnType<typeof configOf> {
    if (offer === undefined) return configOf(json);
    const config = configOfPeer(json);
    checkOffered(options.name === undefined ? config : { ...config, name: offer.name }, offer);
    return config;
  }

  const fromPeer: Origin = options.origin ?? { from: 'peer' };
  const readRules = async (): Promise<PlaceRules> =>
    (await rulesFor(host, fromPeer, options.rulesOfPeer)) ?? readPlaceRules(host);

  /** The author of the configuration; undefined when this host has made the image itself. */
  async function originOf(configJson: string): Promise<Origin | undefined> {
    if (offered !== undefined) return fromPeer;
    return (await isSealedHere(host, configJson)) ? undefined : (options.origin ?? { from: 'image' });
  }

  /** The kernel of an image is in its memory, but its devices are made now. @returns the rules for them */
  async function requirePlaces(
    config: DomainConfig,
    origin: Origin | undefined,
  ): Promise<PlaceRules | undefined> {
    const isOffered = offered !== undefined;
    const rules = isOffered ? await readRules() : await rulesFor(host, origin, options.rulesOfPeer);
    if (rules !== undefined) await (isOffered ? requireFiles : requireDevicesAllowed)(config, rules);
    return rules;
  }

  function arrivalOf(offer: Offer): Arrival {
    const readConfig = (): ReturnType<typeof configOf> => offeredConfig(offer.configJson, offer);
    return { host, offer, name: options.name ?? offer.name, readConfig, readRules };
  }

  function check(offer: Offer): Promise<readonly Check[]> {
    return runChecks(TARGET_CHECKS, arrivalOf(offer));
  }

  async function requireFree(offer: Offer): Promise<void> {
    const isTaken = refusalOf(await runChecks(CHEAP_CHECKS, arrivalOf(offer)));
    if (isTaken !== undefined) throw refusalOf(await check(offer)) ?? isTaken;
  }

  async function reserve(offer: Offer): Promise<void> {
    const refusal = refusalOf(await check(offer));
    if (refusal !== undefined) throw refusal;
    const arriving = arrivingOf(arrivalOf(offer));
    // The journals have let its own transfer begin, so there is no other.
    held = await lockDomain(host, arriving, options);
    try {
      await reservationsOf(host).hold(host.xen, arriving);
    } catch (thrown) {
      await release();
      // Another process was a moment faster, which all can see by now.
      throw refusalOf(await check(offer)) ?? thrown;
    }
    promised = arriving.uuid;
    offered = offer;
  }

  async function release(): Promise<void> {
    const hold = held;
    held = undefined;
    await hold?.[Symbol.asyncDispose]();
  }

  /** The memory promised to it is free for others again. */
  function letGo(): void {
    if (promised !== undefined) reservationsOf(host).end(promised);
    promised = undefined;
  }

  function expect(json: string): ExpectedDomain {
    const config = offeredConfig(json);
    const { major, minor } = host.xen.version;
    return { type: config.type, maxPages: maxPagesOf(config), newestXen: { major, minor } };
  }

  function restore(stream: Readable, control: RestoreControl): Promise<void> {
    const { signal, onNewMemory, origin, pieces = stream } = control;
    if (origin !== undefined) return make(() => checkedInFile(origin, { signal, expect }), control);
    const onNewPages = (pages: number): void => onNewMemory?.(pages * PAGE_BYTES);
    return make(async () => checkedHere(await openImage(pieces, { signal, onNewPages, expect })), control);
  }

  async function make(
    open: () => Promise<CheckedImage>,
    { signal, transferId }: RestoreControl,
  ): Promise<void> {
    let saved: Pick<DomainConfig, 'name' | 'uuid'> | undefined;
    try {
      throwIfAborted(signal, 'restoring a domain');
      if (offered === undefined && options.isBack !== true) await requireOpen(host);
      const image = await open();
      const { configJson } = image;
      const config = offeredConfig(configJson);
      saved = config;
      held ??= await lockDomain(host, config, { ...options, signal });
      const transfer = await requireDecided(host, config, transferId);
      const origin = await originOf(configJson);
      const rules = await requirePlaces(config, origin);
      // It stays paused until `start`: before that the guest may still be running where it came from.
      const fill = restoreMemory(image.feed);
      const plan = planDomain({
        name: 'vm-restore',
        config,
        fill,
        isNew: false,
        incoming: { id: transferId ?? FROM_FILE, from: transfer?.peer },
        configJson: withoutSeal(configJson),
        origin,
        rules,
      });
      const onStep = (event: StepEvent): void => {
        if (event.state === 'given-up' && event.why !== undefined) warnings.add(event.why);
        options.onStep?.(event);
      };
      made = await runPipeline(plan, host, { ...options, signal, onStep });
      const paths = config.disks.filter(isHere).flatMap(({ target }) => target || []);
      if (paths.length > 0) opened = { paths, at: Date.now() };
    } catch (thrown) {
      letGo();
      await release();
      throw restoreError(thrown, saved);
    }
  }

  async function start(): Promise<{ domid: number }> {
    const { domid, config } = finished(made).context;
    const { uuid, name } = config;
    await options.beforeStart?.();
    await startRestored(host, { domid, uuid, name }, options);
    await release();
    return { domid };
  }

  async function abandon(): Promise<void> {
    letGo();
    const leftovers = (await made?.undo()) ?? [];
    await release();
    if (leftovers.length === 0) return;
    throw new VmToolsError({
      code: 'DOMAIN_NOT_ABANDONED',
      message: `what was restored could not be removed: ${leftovers.join('; ')}`,
      hint: 'if the domain is still there, remove it with vm-destroy; vm-list shows it',
      leftovers,
    });
  }

  return {
    get domid() {
      return made?.context.domid;
    },
    get opened() {
      return opened;
    },
    get warnings() {
      return [...warnings];
    },
    expect,
    check,
    requireFree,
    reserve,
    restore,
    restoreChecked: (image, control) => make(() => Promise.resolve(image), control),
    start,
    abandon,
    release,
  };
}

/**
 * The name that it is to have here instead of its own.
 *
 * @throws VmToolsError CONFIG_INVALID
 */
function pickName({ name }: TargetOptions): { readonly name?: string } {
  if (name === undefined) return {};
  const fault = nameFault(name);
  if (fault === undefined) return { name };
  throw new VmToolsError({
    code: 'CONFIG_INVALID',
    kind: 'usage',
    message: `the name ${JSON.stringify(name.slice(0, 64))} ${fault}`,
    hint: 'choose another name',
    details: { key: 'name' },
  });
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
    hint: 'try again once the cause is gone; nothing of it is left here',
  });
  const state = error.leftovers.length === 0 ? 'not created here' : 'not started here';
  return error.with({ guest: { name: saved?.name, uuid: saved?.uuid, state } });
}

function noUuid(): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_NO_CONFIG',
    kind: 'corrupt',
    message: 'the saved configuration has no UUID',
    hint: 'save the domain anew',
  });
}
