import { configError, type Position } from '../problems/config-error.ts';
import type { Entries, Entry } from '../text/entry.ts';
import { addBootEntries } from './boot-entries.ts';
import { filesOf, grubOf } from './guest-files.ts';
import { IMAGE_KEY, type ImageTexts } from './image-fields.ts';
import { readSection, textsOf, type ImageSection, type Refuse } from './image-section.ts';

/** An image that a configuration describes. */
export interface FoundImage {
  readonly section: ImageSection;
  /** as it is written */
  readonly texts: ImageTexts;
  readonly position: Position;
}

/** Takes the image out of a configuration while that is read: `prepare` is for `ParseConfigOptions`. */
export interface ImageReader {
  readonly prepare: (entries: Entries) => void;
  /** what was found, if anything */
  readonly found: () => FoundImage | undefined;
}

/**
 * Puts in the place of an image what its guest starts from: its disk and its seed, and GRUB unless a kernel is named.
 *
 * @param root of the files of the host
 * @param refuseBy makes the errors; by default they tell the place of the image
 */
export function imageReader(root: string, refuseBy: (entry: Entry) => Refuse = byPlace): ImageReader {
  let found: FoundImage | undefined;
  return {
    found: () => found,
    prepare(entries) {
      const entry = entries.get(IMAGE_KEY);
      if (entry === undefined) return;
      entries.delete(IMAGE_KEY);
      // A name that is none is refused before anything is written.
      const name = entries.get('name')?.value;
      const files = filesOf(root, typeof name === 'string' ? name : '');
      addBootEntries(entries, entry, { files, grub: grubOf(root) });
      const refuse = refuseBy(entry);
      const texts = textsOf(entry.value, refuse);
      found = { texts, section: readSection(texts, refuse), position: entry.keyPosition };
    },
  };
}

const byPlace =
  ({ key, valuePosition }: Entry): Refuse =>
  (field, sentence, hint) =>
    configError('CONFIG_INVALID', valuePosition, `${[key, field].filter(Boolean).join('.')} ${sentence}`, {
      key,
      hint,
    });
