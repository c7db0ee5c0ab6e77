import type { Ignorer, NodePath } from '@stryker-mutator/api/ignore';
import { PluginKind, declareFactoryPlugin, declareValuePlugin } from '@stryker-mutator/api/plugin';
import type { Reporter } from '@stryker-mutator/api/report';
import { fileByFile } from './file-by-file.ts';

/** Keys of what a person reads, or of what helps him: the words of an error have tests of their own elsewhere. */
const WORDS = ['message', 'hint', 'details', 'step', 'doing', 'means'];

/** The part of Babel's path that is looked at. */
interface Path extends NodePath {
  readonly node: object;
  readonly parent?: { type: string; value?: object; key?: { type: string; name?: string } };
}

const ignorer: Ignorer = {
  shouldIgnore(path) {
    const { node, parent } = path as Path;
    const isValue = parent?.type === 'ObjectProperty' && parent.value === node;
    return isValue && WORDS.includes(parent.key?.name ?? '') ? 'words for people' : undefined;
  },
};

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
  declareFactoryPlugin(PluginKind.TestRunner, 'file-by-file', fileByFile),
];
