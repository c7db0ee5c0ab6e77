import { expect, test } from '@jest/globals';
import { memoryJournals } from '@vm-tools/libxfr';
import { findTransfer } from './find-transfer.ts';

test('a transfer is found by as much of its id as no other has', async () => {
  const journals = memoryJournals();
  const ids = [`ab1${'0'.repeat(29)}`, `ab2${'0'.repeat(29)}`];
  for (const [index, id] of ids.entries()) {
    const guest = { name: `web${index}`, uuid: `0f0e0d0c-0b0a-0908-0706-05040302010${index}` };
    await (await journals.begin({ id, role: 'source', guest, peer: 'b' }))[Symbol.asyncDispose]();
  }
  expect(await findTransfer(journals, 'ab2')).toMatchObject({ id: ids[1] });
  expect(await findTransfer(journals, ids[0]!)).toMatchObject({ id: ids[0] });
  await expect(findTransfer(journals, 'ab')).rejects.toMatchObject({
    code: 'XFR_TRANSFER_AMBIGUOUS',
    kind: 'usage',
    message: 'ab may be any of several transfers',
  });
  for (const wanted of ['ab3', '']) {
    await expect(findTransfer(journals, wanted)).rejects.toMatchObject({ code: 'XFR_TRANSFER_UNKNOWN' });
  }
});
