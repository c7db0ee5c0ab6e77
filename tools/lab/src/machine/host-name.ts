/** A lab has two hosts at most, with a cable between them. */
export const hostNames = ['a', 'b'] as const;
export type HostName = (typeof hostNames)[number];

export function isHostName(name: string): name is HostName {
  return (hostNames as readonly string[]).includes(name);
}

export function otherHost(name: HostName): HostName {
  return name === 'a' ? 'b' : 'a';
}

/** Its address on the cable; /etc/hosts of both hosts says the same (dom0/hosts). */
export function addressOf(name: HostName): string {
  return name === 'a' ? '10.99.0.1' : '10.99.0.2';
}
