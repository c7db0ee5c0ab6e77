import type { Dom0 } from '@vm-tools/dom0';

/** A control domain that keeps what it was asked, and answers what a test wants. */
export class DoubleDom0 {
  readonly calls: unknown[][] = [];
  /** @param answer gets the name of the call, its arguments, and the signal last */
  answer: (name: string, args: readonly unknown[]) => unknown = () => undefined;
}

export function asDom0(double: DoubleDom0): Dom0 {
  const methods = {
    get: (_: unknown, name: string) => {
      return async (...args: unknown[]): Promise<unknown> => {
        double.calls.push([name, ...args.slice(0, -1)]);
        return double.answer(name, args);
      };
    },
  };
  return new Proxy({}, methods) as Dom0;
}
