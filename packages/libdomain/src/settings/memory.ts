import type { DomainInfo } from '@vm-tools/xc-native';
import { MAXMEM_SLACK_KIB, PAGE_BYTES } from '../memory.ts';
import { domainPath, vmPath } from '../paths.ts';
import type { Change, Subject } from './change.ts';
import { writeNodes } from './nodes.ts';
import { invalidSetting, type DomainSettings } from './settings.ts';
import { waitForAnswer } from './wait-for-answer.ts';

const KIB_PER_PAGE = PAGE_BYTES / 1024;
/** The rings and other pages that a domain has beside its target: far less than what is worth asking for. */
const TOLERANCE_KIB = 512;

/**
 * Asks the guest to give memory back or to take more, and waits until it has; and sets how much it may be given, as
 * `xl mem-set` and `xl mem-max` do, and where they write it.
 *
 * @throws DOMAIN_SETTING_INVALID
 */
export async function memoryChange(
  subject: Subject,
  { memoryKib, maxMemoryKib }: DomainSettings,
  timeoutMs: number,
): Promise<Change | undefined> {
  const { host, domain, info } = subject;
  if (memoryKib === undefined && maxMemoryKib === undefined) return undefined;
  const { domid, uuid } = domain;
  const nodes = `${domainPath(domid)}/memory`;
  const [target, max] = await Promise.all([
    host.store.read(`${nodes}/target`),
    host.store.read(`${nodes}/static-max`),
  ]);
  const mostKib = maxMemoryKib ?? Number(max ?? info.maxPages * KIB_PER_PAGE);
  const wantedKib = memoryKib ?? Number(target ?? info.totPages * KIB_PER_PAGE);
  const broken = [memoryKib, maxMemoryKib].find((kib) => kib !== undefined && kib % 1024 !== 0);
  if (broken !== undefined) {
    const hint = 'libxenguest builds no other domain, and it may be built anew';
    throw invalidSetting(domain, `has whole MiB of memory, and ${broken} KiB are none`, hint);
  }
  if (wantedKib > mostKib) {
    throw invalidSetting(
      domain,
      `may have ${mostKib} KiB of memory, and ${wantedKib} KiB are more`,
      'give it at most as much as its maximum, or raise that with --max-memory',
    );
  }
  const entries = {
    [`${nodes}/static-max`]: maxMemoryKib === undefined ? undefined : String(maxMemoryKib),
    [`${nodes}/target`]: memoryKib === undefined ? undefined : String(memoryKib),
    [`${vmPath(uuid)}/memory`]: memoryKib === undefined ? undefined : String(Math.floor(memoryKib / 1024)),
  };
  const limit = (kib: number, podKib: number): Promise<void> => setLimit(subject, kib, podKib);
  const written = writeNodes(host, domid, entries);
  return {
    what: 'its memory',
    async apply() {
      await limit((memoryKib ?? mostKib) + MAXMEM_SLACK_KIB, wantedKib + MAXMEM_SLACK_KIB);
      await written.write();
      if (memoryKib !== undefined) await waitForMemory(subject, memoryKib, timeoutMs);
    },
    async takeBack() {
      // The guest takes memory as soon as it sees the target.
      await limit(info.maxPages * KIB_PER_PAGE, Number(target ?? wantedKib) + MAXMEM_SLACK_KIB);
      await written.takeBack();
    },
  };
}

/** What libxl does of a guest that is translated: the target counts for memory that is populated on demand, too. */
async function setLimit(
  { host: { xen }, domain: { domid }, info }: Subject,
  kib: number,
  podKib: number,
): Promise<void> {
  await xen.domainSetmaxmem(domid, kib);
  if (info.isHvmContainer) await xen.domainSetPodTarget(domid, Math.floor(podKib / KIB_PER_PAGE));
}

async function waitForMemory(subject: Subject, memoryKib: number, timeoutMs: number): Promise<void> {
  const hadKib = ({ totPages }: DomainInfo): number => totPages * KIB_PER_PAGE;
  await waitForAnswer(subject, {
    timeoutMs,
    doing: hadKib(subject.info) > memoryKib ? 'give memory back' : 'take more memory',
    hasCome: (info) => Math.abs(hadKib(info) - memoryKib) <= TOLERANCE_KIB,
    describe: (info) => `has ${hadKib(info)} KiB, and not ${memoryKib} KiB`,
  });
}
