import type { Messages } from '@vm-tools/cli';
import type { HostFigures } from '@vm-tools/libdomain';
import { shownJson } from '@vm-tools/words';
import type { TopInput } from './options.ts';
import { toPlain } from './plain.ts';
import { rowsOf } from './rows.ts';
import { CLOSE_SCREEN, draw, OPEN_SCREEN, type Terminal } from './screen.ts';

/** How looks are shown. */
export interface View {
  /** before the first look and behind the last */
  readonly begin: string;
  readonly end: string;
  /** It has the whole terminal: keys are commands. */
  readonly isScreen: boolean;
  /** @param isFirst whether none was shown before */
  readonly of: (figures: HostFigures, isFirst: boolean) => Promise<string>;
}

export function viewFor(
  { once = false, sort }: TopInput,
  messages: Pick<Messages, 'json' | 'colours'>,
  terminal: Terminal & { readonly isTTY?: boolean },
): View {
  if (messages.json)
    return {
      begin: '',
      end: '',
      isScreen: false,
      of: (figures) => Promise.resolve(`${shownJson(toPlain(figures, new Date()))}\n`),
    };
  if (terminal.isTTY !== true || once) {
    return {
      begin: '',
      end: '',
      isScreen: false,
      async of(figures, isFirst) {
        const { summary, heading, domains } = await rowsOf(figures, sort);
        return `${isFirst ? '' : '\n'}${[summary, heading, ...domains].join('\n')}\n`;
      },
    };
  }
  return {
    begin: OPEN_SCREEN,
    end: CLOSE_SCREEN,
    isScreen: true,
    of: async (figures) => draw(await rowsOf(figures, sort), messages.colours, terminal),
  };
}
