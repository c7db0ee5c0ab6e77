import { expect, test } from '@jest/globals';
import { FakeSource } from '../testing/fake-source.ts';
import { decodeBody, encodeBody } from './messages.ts';

const head = { id: 'a'.repeat(32), epoch: 1 };

test('the configuration of an offer is an object in a frame, and text at both ends', () => {
  const { configJson: _, ...offer } = new FakeSource().offer;
  const config = { c_info: { name: 'web1' }, list: [1, [2]] };
  const framed = { ...head, offer: { ...offer, config } };
  const { body } = decodeBody('HELLO', Buffer.from(JSON.stringify(framed)));
  expect(body.offer.configJson).toBe(JSON.stringify(config));
  expect(JSON.parse(encodeBody('HELLO', body).toString())).toEqual(framed);
});

test('no configuration is none', () => {
  const { configJson: _, ...offer } = new FakeSource().offer;
  const { body } = decodeBody('HELLO', Buffer.from(JSON.stringify({ ...head, offer })));
  expect(body.offer.configJson).toBe('null');
});
