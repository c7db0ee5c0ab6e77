import type { Ignorer, NodePath } from '@stryker-mutator/api/ignore';
import { PluginKind, declareClassPlugin, declareValuePlugin } from '@stryker-mutator/api/plugin';
import type { Reporter } from '@stryker-mutator/api/report';
import { NativeRunner } from './runner/native-runner.ts';

/** What a person reads, or what helps it, as it is called: the words of an error have tests of their own elsewhere. */
const WORDS = ['message', 'hint', 'details', 'step', 'doing', 'means', 'problem'];
/** Functions that make an error, and the place of its words. */
const WORDS_OF_CALLS: Readonly<Record<string, number>> = {
  corrupt: 0,
  streamError: 1,
  refuse: 1,
  invalid: 1,
};

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly key?: Node;
  readonly value?: object;
  readonly id?: Node;
  readonly init?: object;
  readonly callee?: Node;
  readonly arguments?: readonly object[];
}

/** The part of Babel's path that is looked at. */
interface Path extends NodePath {
  readonly node: object;
  readonly parent?: Node;
}

const ignorer: Ignorer = {
  shouldIgnore(path) {
    const { node, parent } = path as Path;
    return parent !== undefined && isWords(node, parent) ? 'words for people' : undefined;
  },
};

function isWords(node: object, { type, key, value, id, init, callee, arguments: given = [] }: Node): boolean {
  if (type === 'ObjectProperty') return value === node && WORDS.includes(key?.name ?? '');
  if (type === 'VariableDeclarator') return init === node && WORDS.includes(id?.name ?? '');
  const place = WORDS_OF_CALLS[callee?.name ?? ''];
  return type === 'CallExpression' && place !== undefined && given[place] === node;
}

/** Says at once what no test has noticed: the whole takes hours. */
const reporter: Reporter = {
  onMutantTested({ status, fileName, location: { start }, mutatorName, replacement }) {
    if (status === 'Killed' || status === 'Ignored') return;
    console.error(`${status} ${fileName}:${start.line}:${start.column} ${mutatorName}: ${replacement}`);
  },
};

/** For Stryker. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'words', ignorer),
  declareValuePlugin(PluginKind.Reporter, 'at-once', reporter),
  declareClassPlugin(PluginKind.TestRunner, 'native', NativeRunner),
];
