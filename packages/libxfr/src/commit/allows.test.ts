import { expect, test } from '@jest/globals';
import { targetMayAct, targetMayWrite } from './allows.ts';
import { TARGET, type TargetAction, type TargetState } from './table.ts';

const STATES = Object.keys(TARGET.states) as TargetState[];

test.each<[TargetAction, TargetState[]]>([
  ['reserve', ['reserved']],
  ['restore', ['reserved']],
  ['start', ['owner']],
  ['abandon', ['reserved', 'failing', 'fenced']],
])('a target may %s only in %j', (action, allowed) => {
  expect(STATES.filter((state) => targetMayAct(state, action))).toEqual(allowed);
});

test.each<[TargetState, TargetState[]]>([
  ['idle', ['reserved']],
  ['reserved', ['ready', 'fenced']],
  ['ready', ['owner', 'fenced']],
  ['owner', ['failing', 'running']],
  ['failing', ['fenced']],
  ['fenced', ['cleared']],
  ['running', ['settled']],
  ['settled', []],
  ['cleared', []],
])('of %s a target may only make %j', (from, allowed) => {
  expect(STATES.filter((to) => targetMayWrite(from, to))).toEqual(allowed);
});
