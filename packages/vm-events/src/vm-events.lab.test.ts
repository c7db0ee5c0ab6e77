import { expect, test } from '@jest/globals';
import type { DomainEvent } from '@vm-tools/libdomain';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces } from '@vm-tools/lab/testing';

const FILE = '/tmp/events.ndjson';
const limit = { timeoutMs: 240_000 };
const untilTold = (type: string): string => `until grep -q '"type":"${type}"' ${FILE}; do sleep 0.2; done`;

describeLab('what happens to domains on real Xen', () => {
  let host: LabHost;
  leavesNoTraces((found) => (host = found), `rm -f ${FILE}`);

  test.each([
    ['ours', 'vm-create /guests/polite.cfg name=told', 'vm-'],
    ['a domain of xl', `xl create /guests/polite.cfg 'name="told"'`, 'xl '],
  ])('is told of %s, from its creation to its end', async (_, create, tool) => {
    const line = [
      `vm-events told --initial --json --poll 1 > ${FILE} 2> /dev/null & watching=$!`,
      // By then it listens, or what comes is part of the present state.
      `${create} > /dev/null`,
      untilTold('started'),
      `${tool}pause told`,
      untilTold('paused'),
      `${tool}unpause told`,
      untilTold('unpaused'),
      `${tool}destroy told`,
      untilTold('gone'),
      'kill -TERM $watching; wait $watching',
      `cat ${FILE}`,
    ].join('; ');
    const told = await host.run(line, limit);
    const events = told
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as DomainEvent);
    const types = events.map(({ type }) => type);
    const order = ['created', 'started', 'paused', 'unpaused', 'gone'] as const;
    const places = order.map((type) => types.indexOf(type));
    expect(places).not.toContain(-1);
    expect([...places].sort((one, other) => one - other)).toEqual(places);
    expect(types).toContain('device-added'); // its console, at least
  });
});
