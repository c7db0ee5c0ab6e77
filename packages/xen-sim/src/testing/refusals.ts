import { expect } from '@jest/globals';
import { addForeignDomain } from './foreign-domain.ts';
import { testOnHost } from './on-host.ts';
import { unchanged } from './state.ts';
import { failure } from './tools.ts';

/**
 * Tests what every tool that acts on a domain refuses in the same way: a domain that is not there, a name that two
 * domains have, a host that does not run.
 *
 * @param line makes the command line for a domain: `(domain) => \`vm-save ${domain} -o x.img\``
 */
export function testRefusals(line: (domain: string) => string): void {
  const [tool] = line('').split(' ');
  testOnHost(`${tool}: no such domain, an ambiguous name, no host`, async (host) => {
    await addForeignDomain(host, 'webserver');
    const domids = [await addForeignDomain(host, 'twin'), await addForeignDomain(host, 'twin')];
    const [unknown, ambiguous, noHost] = await unchanged(host, () =>
      Promise.all([
        failure(host, line('websrver')),
        failure(host, line('twin')),
        failure(host, `${line('webserver')} --host sim:nobody`),
      ]),
    );
    expect(unknown).toMatchObject({
      status: 3,
      error: { code: 'DOMAIN_UNKNOWN', hint: 'did you mean webserver?' },
    });
    expect(ambiguous).toMatchObject({
      status: 3,
      error: { code: 'DOMAIN_AMBIGUOUS', hint: expect.stringContaining('domid'), details: { domids } },
    });
    expect(noHost).toMatchObject({
      status: 4,
      error: { code: 'XEN_SIM_ABSENT', hint: expect.stringContaining('xen-sim start nobody') },
    });
  });
}
