import { createMessages, showWork, type MessageStream, type ShownWork } from '@vm-tools/cli';

/** Says what is done, a line at a time. */
export interface Report {
  (line: string): void;
  /** For a person at a terminal, who sees what takes long. */
  readonly work?: ShownWork;
}

/** Reports of a program of this repository on stderr. */
export function reportOf(program: string, stream: MessageStream = process.stderr): Report & Disposable {
  const messages = createMessages({ program, stream });
  const work = showWork(messages);
  const report = (line: string): void => {
    const print = (): void => void stream.write(`${program}: ${line}\n`);
    if (messages.around) messages.around(print);
    else print();
  };
  return Object.assign(report, { work, [Symbol.dispose]: () => work[Symbol.dispose]() });
}

/** Does something that may take long, and shows that to a person who waits. */
export async function during<Result>(
  { work }: Report,
  what: string,
  doing: () => Promise<Result>,
): Promise<Result> {
  work?.begin(what);
  try {
    return await doing();
  } finally {
    work?.end(what);
  }
}
