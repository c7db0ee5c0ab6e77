import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readChannelSpec } from './channel-spec.ts';
import { readFramebufferSpec } from './framebuffer-spec.ts';
import { readShareSpec } from './share-spec.ts';
import { SpecError } from './spec-error.ts';

function warned(read: (spec: string, warn: (sentence: string) => void) => unknown, spec: string): unknown[] {
  const warnings: string[] = [];
  return [read(spec, (sentence) => void warnings.push(sentence)), ...warnings];
}

test.each([
  ['', {}],
  ['vnc=1', { vnc: true }],
  ['vnc=0,sdl=1,opengl=x,vncunused=01', { vnc: false, sdl: true, opengl: false, vncUnused: true }],
  [
    'vnclisten=0.0.0.0, vncdisplay=3,vncpasswd=a=b,keymap=fr,display=:1,xauthority=/x',
    {
      vncListen: '0.0.0.0',
      vncDisplay: 3,
      vncPassword: 'a=b',
      keymap: 'fr',
      display: ':1',
      xauthority: '/x',
    },
  ],
])('the screen %j', (spec, framebuffer) => {
  expect(warned(readFramebufferSpec, spec)).toEqual([framebuffer]);
});

test('of what xl passes over in a screen the value is not shown', () => {
  const [framebuffer, warning] = warned(readFramebufferSpec, 'type=vnc,vncpassword=hush');
  expect([framebuffer, warning]).toEqual([{}, '"type" is nothing that xl knows, and is ignored']);
  expect(warned(readFramebufferSpec, 'vncpassword=hush').join()).not.toContain('hush');
});

test('channels', () => {
  expect(warned(readChannelSpec, 'name= a ,connection=pty,path=/x,odd=1')).toEqual([
    { name: 'a', connection: 'pty' },
    '"odd" is nothing that xl knows, and is ignored',
  ]);
  expect(warned(readChannelSpec, 'connection=socket,name=a,path=/run/a,backend=b')).toEqual([
    { name: 'a', connection: 'socket', path: '/run/a', backend: 'b' },
  ]);
});

test('shared folders', () => {
  expect(readShareSpec('tag=home,security_model=mapped, path=/srv/home')).toEqual({
    tag: 'home',
    path: '/srv/home',
    securityModel: 'mapped',
  });
});

test.each([
  [readFramebufferSpec, 'vnc', 'is no key=value'],
  [readChannelSpec, 'connection=pty', 'no name specified'],
  [readChannelSpec, 'name=a', 'unknown channel connection'],
  [readChannelSpec, 'name=a,connection=tcp', 'unknown channel connection: "tcp"'],
  [readChannelSpec, 'name=a,connection=socket', 'requires path='],
  [readShareSpec, 'tag=home,path=/srv', 'missing required field'],
  [readShareSpec, 'tag=home,path=/srv,security_model=odd', 'unknown security_model: "odd"'],
  [readShareSpec, 'tag=home,paht=/srv', 'unknown key in a 9pfs share: "paht"'],
] as const)('%# %j %j is refused: %s', (read, spec, why) => {
  expect(() => read(spec, () => undefined)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(why) }),
  );
});

test('any text is read, or refused in words', () => {
  for (const read of [readFramebufferSpec, readChannelSpec, readShareSpec])
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          read(text, () => undefined);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SpecError);
        }
      }),
    );
});
