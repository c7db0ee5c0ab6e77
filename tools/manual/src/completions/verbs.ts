import type { Scope } from './model.ts';

/** What may stand behind `vm`: "list" of `vm-list`. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
}

/** The tools that `vm` starts. */
export function verbsOf(scopes: readonly Scope[]): readonly Verb[] {
  return scopes
    .filter(({ tool, command }) => command === undefined && tool.startsWith('vm-'))
    .map(({ tool, summary }) => ({ name: tool.slice('vm-'.length), summary }));
}
