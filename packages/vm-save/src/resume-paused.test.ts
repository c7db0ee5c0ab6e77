import { expect, test } from '@jest/globals';
import { noTransfers, type Domain, type Host, type DomainSource } from '@vm-tools/libdomain';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resumePaused } from './resume-paused.ts';

const UUID = '11111111-2222-3333-4444-555555555555';

/** A domain that has been saved and is suspended, and what is done with it. */
function suspended(): { host: Host; domain: Domain; source: DomainSource; done: string[] } {
  const done: string[] = [];
  let isPaused = false;
  const xen = {
    domainGetinfo: async () => ({ isPaused, isDying: false, uuid: UUID }),
    domainPause: async () => {
      isPaused = true;
      done.push('pause');
    },
    domainUnpause: async () => {
      isPaused = false;
      done.push('unpause');
    },
  };
  const store = { read: async () => undefined };
  const root = mkdtempSync(join(tmpdir(), 'vm-save-'));
  const source = { resume: async () => void done.push('resume') };
  return {
    host: { xen, store, root, transfers: noTransfers } as unknown as Host,
    domain: { domid: 3, uuid: UUID, name: 'web1' } as Domain,
    source: source as unknown as DomainSource,
    done,
  };
}

test('the domain is paused before it is resumed', async () => {
  const { host, domain, source, done } = suspended();
  await resumePaused(host, domain, source, (from) => from.resume());
  expect(done).toEqual(['pause', 'resume']);
});

test('it runs on when the transfer fails after all', async () => {
  const { host, domain, source, done } = suspended();
  const transfer = async (from: DomainSource): Promise<void> => {
    await from.resume();
    throw new Error('no space');
  };
  await expect(resumePaused(host, domain, source, transfer)).rejects.toThrow('no space');
  expect(done).toEqual(['pause', 'resume', 'unpause']);
});

test('a domain that another tool has paused stays so when the transfer does not begin', async () => {
  const { host, domain, source, done } = suspended();
  await expect(resumePaused(host, domain, source, () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  expect(done).toEqual([]);
});
