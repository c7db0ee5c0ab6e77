import { shown as fitToBeShown } from '@vm-tools/words';
import type { MessageStream } from '../output/messages.ts';

/** From the cursor to the end of the line (ECMA-48: EL). */
const ERASE_TO_END = '\u001b[K';

export interface RedrawnLine {
  draw(text: string): void;
  /** Takes it away before other text comes, and puts it back. */
  around(print: () => void): void;
  /** What it says stays. */
  end(): void;
  /** Nothing of it stays. */
  clear(): void;
}

/** A line at the bottom of a terminal that is overwritten in place. */
export function redrawnLine(stream: MessageStream): RedrawnLine {
  let shown = '';
  const draw = (text: string): void => {
    shown = text;
    // A terminal whose size was never set, a serial line perhaps, has 0 columns.
    stream.write(`\r${fitToBeShown(text).slice(0, (stream.columns || 80) - 1)}${ERASE_TO_END}`);
  };
  const erase = (): void => {
    stream.write(`\r${ERASE_TO_END}`);
  };
  return {
    draw,
    around: (print) => {
      if (shown !== '') erase();
      print();
      if (shown !== '') draw(shown);
    },
    end: () => {
      if (shown !== '') stream.write('\n');
      shown = '';
    },
    clear: () => {
      if (shown !== '') erase();
      shown = '';
    },
  };
}
