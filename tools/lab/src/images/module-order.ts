import { labError } from '../local/lab-error.ts';

/**
 * The order in which modules can be loaded with insmod, each after all it needs.
 *
 * @param modulesDep contents of `modules.dep`, lines of `path: path path …`
 * @param builtIn contents of `modules.builtin`, a path a line: the kernel has these without being asked
 * @param wanted names without folder, `.ko` and `.ko.xz`
 * @returns paths as in `modulesDep`
 */
export function moduleOrder(modulesDep: string, builtIn: string, wanted: readonly string[]): string[] {
  const needs = new Map<string, readonly string[]>();
  for (const line of modulesDep.split('\n')) {
    const [path, rest] = line.split(':');
    if (path && rest !== undefined) needs.set(path, rest.split(' ').filter(Boolean));
  }
  const order = new Set<string>();
  const add = (path: string): void => {
    for (const need of needs.get(path) ?? []) if (!order.has(need)) add(need);
    order.add(path);
  };
  const isBuiltIn = (name: string): boolean =>
    builtIn.split('\n').some((path) => path.endsWith(`/${name}.ko`));
  for (const name of wanted) {
    if (isBuiltIn(name)) continue;
    const path = [...needs.keys()].find((candidate) =>
      candidate.replace(/\.xz$/, '').endsWith(`/${name}.ko`),
    );
    if (path === undefined) throw labError({ code: 'IMAGE', message: `the kernel has no module ${name}` });
    add(path);
  }
  return [...order];
}
