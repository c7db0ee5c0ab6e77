import { vcpusOf } from '../guest/vcpus.ts';
import { domainPath } from '../paths.ts';
import type { Change, Subject } from './change.ts';
import { writeNodes } from './nodes.ts';
import { invalidSetting, type DomainSettings } from './settings.ts';
import { waitForAnswer } from './wait-for-answer.ts';

/**
 * Asks the guest to use its first so many vCPUs and no others, as `xl vcpu-set` does, and waits until it does.
 *
 * @throws DOMAIN_SETTING_INVALID
 */
export function vcpusChange(
  subject: Subject,
  { vcpus }: DomainSettings,
  timeoutMs: number,
): Change | undefined {
  const { host, domain, info } = subject;
  if (vcpus === undefined) return undefined;
  const all = vcpusOf(info);
  if (vcpus < 1 || vcpus > all.length) {
    throw invalidSetting(
      domain,
      `can use 1 to ${all.length} vCPUs, and not ${vcpus}`,
      'create it with more vCPUs, of which it need not use all',
    );
  }
  const node = (vcpu: number): string => `${domainPath(domain.domid)}/cpu/${vcpu}/availability`;
  const entries = all.map((vcpu) => [node(vcpu), vcpu < vcpus ? 'online' : 'offline']);
  const written = writeNodes(host, domain.domid, Object.fromEntries(entries) as Record<string, string>);
  return {
    what: 'its vCPUs',
    async apply() {
      await written.write();
      await waitForAnswer(subject, {
        timeoutMs,
        doing: `use ${vcpus} vCPUs`,
        hasCome: ({ onlineVcpus }) => onlineVcpus === vcpus,
        describe: ({ onlineVcpus }) => `uses ${onlineVcpus}`,
      });
    },
    takeBack: () => written.takeBack(),
  };
}
