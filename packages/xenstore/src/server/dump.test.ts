import { expect, test } from '@jest/globals';
import { connectXenstore } from '../connect.ts';
import { MemoryXenstored } from './memory-xenstored.ts';

test('a dump has the lines of xenstore-ls -fp', async () => {
  const xenstored = new MemoryXenstored();
  const store = await connectXenstore({ stream: xenstored.connect() });
  await store.write('/b', 'say "hi" \\ \t\n\r\0\u0007\u0008\u007fö');
  await store.write('/a/c', '');
  await store.setPermissions('/a', [{ domid: 0, access: 'none' }, { domid: 5, access: 'both' }]); // prettier-ignore
  expect(xenstored.dump()).toEqual([
    '/tool = ""   (n0)',
    '/tool/xenstored = ""   (n0)',
    String.raw`/b = "say "hi" \\ \t\n\r\000\007\x08\x7f\xc3\xb6"   (n0)`,
    '/a = ""   (n0,b5)',
    '/a/c = ""   (n0)',
  ]);
});
