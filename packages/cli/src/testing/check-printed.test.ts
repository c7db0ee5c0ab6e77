import { expect, test } from '@jest/globals';
import { checkFailure, checkLine, checkResult } from './check-printed.ts';

const PAUSED = { domid: 1, uuid: 'a', name: 'web1', state: 'paused' };
const ERROR = { code: 'USAGE', kind: 'usage', retry: 'after-fix', message: 'no' };

test('a result is compared with the schema of its command', async () => {
  await checkResult('vm-pause web1', PAUSED);
  await checkResult('vm-pause web1 web2', [PAUSED, { domain: 'web2', error: ERROR }]);
  await checkResult('vm-migrate --host sim:a list', []);
  await checkResult('vm-top --once', { at: '', cpus: 1, cpuKhz: 1, memoryKib: 1, freeKib: 1, domains: [] });
  await checkResult('xl list', 'anything');
  await expect(checkResult('PATH=$PWD:$PATH vm-list', PAUSED)).rejects.toThrow('vm-list.json');
});

test.each([
  ['a field that is not declared', 'vm-pause web1', { ...PAUSED, more: 1 }, 'additional properties'],
  ['a field that is missing', 'vm-pause web1', { ...PAUSED, domid: undefined }, "property 'domid'"],
  ['another word', 'vm-pause web1', { ...PAUSED, state: 'gone' }, '/state'],
  ['the result of another command', 'vm-migrate list', PAUSED, 'vm-migrate-list.json'],
])('%s is refused', async (_what, line, value, why) => {
  const printed = JSON.parse(JSON.stringify(value)) as unknown;
  await expect(checkResult(line, printed)).rejects.toThrow(why);
});

test('so are errors, and lines on stderr', async () => {
  await checkFailure('vm-pause web1', { error: ERROR });
  await expect(checkFailure('vm-pause web1', { error: { ...ERROR, kind: 'odd' } })).rejects.toThrow(
    'error.json',
  );
  await checkLine('vm-pause web1', { type: 'note', message: 'so' });
  await expect(checkLine('vm-pause web1', { type: 'odd' })).rejects.toThrow('line.json');
});
