import type { FramebufferInput } from '../devices/framebuffer.ts';
import { countOf, wordsOfSpec } from './words-of-spec.ts';

type Draft = { -readonly [Key in keyof FramebufferInput]: FramebufferInput[Key] };

/** Keys of xl 4.17, in `vfb` and, for a pv domain without one, at the top of the file. */
const SETTERS: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  vnc: (draft, value) => void (draft.vnc = isOn(value)),
  vnclisten: (draft, value) => void (draft.vncListen = value),
  vncdisplay: (draft, value) => void (draft.vncDisplay = countOf(value)),
  vncunused: (draft, value) => void (draft.vncUnused = isOn(value)),
  vncpasswd: (draft, value) => void (draft.vncPassword = value),
  keymap: (draft, value) => void (draft.keymap = value),
  sdl: (draft, value) => void (draft.sdl = isOn(value)),
  opengl: (draft, value) => void (draft.opengl = isOn(value)),
  display: (draft, value) => void (draft.display = value),
  xauthority: (draft, value) => void (draft.xauthority = value),
};

/** The keys that xl has for a screen. */
export const FRAMEBUFFER_KEYS: readonly string[] = Object.keys(SETTERS);

/**
 * Reads a screen as xl 4.17 writes one: `vnc=1,vnclisten=0.0.0.0,vncdisplay=1`.
 *
 * @param warn told of what xl passes over, in a sentence
 * @throws SpecError
 */
export function readFramebufferSpec(spec: string, warn: (sentence: string) => void): FramebufferInput {
  return framebufferOf(wordsOfSpec(spec), warn);
}

/** The same from its keys and values, wherever they stand. */
export function framebufferOf(
  words: readonly (readonly [key: string, value: string])[],
  warn: (sentence: string) => void,
): FramebufferInput {
  const draft: Draft = {};
  for (const [key, value] of words) {
    if (Object.hasOwn(SETTERS, key)) SETTERS[key]?.(draft, value);
    // Their names may be a slip of the pen in "vncpasswd": its value is not shown.
    else warn(`${JSON.stringify(key.slice(0, 64))} is nothing that xl knows, and is ignored`);
  }
  return draft;
}

/** As C's atoi: what is no number is 0. */
function isOn(value: string): boolean {
  const number = Number.parseInt(value, 10);
  return !Number.isNaN(number) && number !== 0;
}
