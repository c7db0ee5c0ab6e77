import { expect, test } from '@jest/globals';
import { FakeSource } from '../testing/fake-source.ts';
import { JsonText } from './json-text.ts';
import { decodeBody } from './messages.ts';

test('the configuration of an offer stays the text that it is, and is written out as it came', () => {
  const config = { c_info: { name: 'web1' }, list: [1, [2]] };
  const body = { id: 'a'.repeat(32), epoch: 1, offer: { ...new FakeSource().offer, config } };
  const decoded = decodeBody('HELLO', Buffer.from(JSON.stringify(body)));
  expect(decoded.body.offer.config).toBeInstanceOf(JsonText);
  expect(JSON.parse(JSON.stringify(decoded.body))).toEqual(body);
});

test('no configuration is none', () => {
  expect(JSON.stringify(new JsonText(undefined))).toBe('null');
});
