import type { PreparedTexts } from '@vm-tools/cli/prepared-answer';

/**
 * What node runs first of a tool: JavaScript that an older Node reads, too, for it is here that it is told so. What the
 * tool says about itself is ready. Stacks are shown with -vv; only then are the places of the sources looked up for
 * them, and Node does that for what it loads itself.
 *
 * @param digest of the contents of `NAME.main.js`
 */
export const entry = (name: string, texts: PreparedTexts, digest: string): string => `
import '@vm-tools/cli/require-node';
import { runKept } from '@vm-tools/cli/kept-code';
import { answerPrepared } from '@vm-tools/cli/prepared-answer';
const words = process.argv.slice(2);
if (!answerPrepared(${JSON.stringify(texts)}, words)) {
  const loud = words.filter((word) => /^(-\\w*v\\w*|--verbose)$/.test(word)).join(' ');
  if (/v\\b.*v\\b|vv/.test(loud)) {
    process.setSourceMapsEnabled(true);
    require('./${name}.main.js');
  } else runKept({ file: require.resolve('./${name}.main.js'), digest: '${digest}' }, require);
}
`;
