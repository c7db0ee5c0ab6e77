import { unpauseDomain, type Domain, type Host, type DomainSource } from '@vm-tools/libdomain';

/**
 * Runs `transfer` with a source whose domain is paused before it is resumed: so it does not run one instruction
 * beyond what the image holds. When the transfer fails, the domain runs on as after any other failure.
 */
export async function resumePaused<Result>(
  host: Host,
  domain: Domain,
  source: DomainSource,
  transfer: (source: DomainSource) => Promise<Result>,
): Promise<Result> {
  const undo: (() => Promise<void>)[] = [];
  const resume = async (): Promise<void> => {
    const info = await host.xen.domainGetinfo(domain.domid);
    if (info?.isPaused === false) {
      await host.xen.domainPause(domain.domid);
      undo.push(() => unpauseDomain(host, domain));
    }
    await source.resume();
  };
  try {
    return await transfer({ ...source, resume });
  } catch (thrown) {
    for (const step of undo) await step();
    throw thrown;
  }
}
