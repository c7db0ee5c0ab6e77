/** Cursor movements, colours, character sets and keypad modes: what curses writes besides text. */
const SEQUENCES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-Za-z]|[=>78cDEHM])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** What a program has drawn on its terminal, as lines of text. */
export function plainText(drawn: string): string {
  return drawn
    .replaceAll(/\u001b\[[0-9;]*[Hd]/g, '\n')
    .replaceAll(SEQUENCES, '')
    .replaceAll(CONTROLS, '')
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll(/\n{2,}/g, '\n');
}
