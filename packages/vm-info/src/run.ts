import { forEachDomain, type Invocation, type OneOrList, type Outcome } from '@vm-tools/cli';
import { domainInfo, hostInfo, resolveDomain } from '@vm-tools/libdomain';
import { describeDomain, domainValue } from './describe-domain.ts';
import { describeHost, hostValue } from './describe-host.ts';
import type { InfoInput } from './options.ts';
import type { DomainReport, HostReport } from './result.ts';

export async function info(
  invocation: Invocation<InfoInput>,
): Promise<Outcome<HostReport | OneOrList<DomainReport>>> {
  const { domain = [] } = invocation.input;
  const host = await invocation.openHost();
  if (domain.length === 0) {
    const details = await hostInfo(host);
    return { isReport: true, value: hostValue(details), text: describeHost(details) };
  }
  const look = async (word: string) => {
    const details = await domainInfo(host, await resolveDomain(host, word));
    return { value: domainValue(details), text: await describeDomain(details) };
  };
  return forEachDomain(invocation, domain, look, { isReport: true });
}
