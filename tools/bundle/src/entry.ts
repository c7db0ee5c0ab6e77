/**
 * What node runs first of a tool: plain JavaScript that every Node reads, for it is here that a Node which is too old is
 * told. Stacks are shown with -vv; only then are the places of the sources looked up for them.
 */
export const entry = (name: string): string => `
import '@vm-tools/cli/require-node';
const loud = process.argv.filter((word) => /^(-\\w*v\\w*|--verbose)$/.test(word)).join(' ');
if (/v\\b.*v\\b|vv/.test(loud)) process.setSourceMapsEnabled(true);
require('./${name}.main.js');
`;
