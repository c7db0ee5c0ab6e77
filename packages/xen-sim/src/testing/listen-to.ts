import type { LineProcess } from './run-line.ts';
import { until } from './until.ts';

/** The stdout of a process. */
export interface Listener {
  readonly said: () => string;
  /** Waits until it has said something like that. */
  readonly hears: (pattern: RegExp) => Promise<void>;
}

export function listenTo({ stdout }: Pick<LineProcess, 'stdout'>): Listener {
  let text = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return {
    said: () => text,
    hears: async (pattern) => {
      await until(() => pattern.test(text), `${pattern} on stdout`);
    },
  };
}
