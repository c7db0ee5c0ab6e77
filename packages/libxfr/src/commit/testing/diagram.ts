import { mayTouch } from '../others.ts';
import { SOURCE, TARGET, type Step, type Table } from '../table.ts';

/** The commit protocol as a page of Markdown, drawn from its tables. */
export function commitPage(): string {
  return [
    '# The commit protocol',
    '',
    'Drawn from `src/commit/table.ts`; a test fails when this page is older than the table, and `UPDATE_DOCS=1` makes it anew.',
    '',
    'A state is the last line of the journal on that side, so it outlives the process. What is in parentheses is the guest as the hypervisor sees it. An arrow is written to the journal before anything is done or said that relies on it; its text is what sets it off, and one without text is taken as soon as the guest is as it says.',
    '',
    ...section(SOURCE),
    ...section(TARGET),
    ...OTHERS_PAGE,
  ].join('\n');
}

/** The results of model-others.ts. */
const OTHERS_PAGE = [
  '## Others',
  '',
  'As long as a journal does not settle where the guest is, our own tools refuse to touch it on that side, whatever Xen shows (`src/commit/others.ts`), and lock it while they change it. `src/commit/testing/model-others.ts` has users who touch it all the same as transitions, and its test has the results:',
  '',
  '- One of our tools saves, pauses, unpauses or destroys the guest on either side, and is killed in the middle of it: never two running, never a torn image. Without the rule there are both.',
  '- xl, which knows neither our locks nor our journals: the source looks at its guest again before it commits, resumes and destroys (`Source.confirm`). What xl does in the moment between that look and the step, or to the guest that waits at the target, can still make two run, the one of them on an image that is not the latest. It is reported (`XFR_TWO_RUNNING`, `XFR_UNCERTAIN`), never called a success.',
  '- A guest that xl destroys at the target before it was started leaves both sides asking each other: `XFR_UNCERTAIN`, until the operator says which it is.',
  '',
];

function section<State extends string, Action extends string>(table: Table<State, Action>): string[] {
  const { side, states, steps } = table;
  const names = Object.keys(states) as State[];
  return [
    `## ${side === 'source' ? 'Source' : 'Target'}`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...arrows(steps),
    ...names.filter((name) => states[name].isEnded === true).map((name) => `  ${name} --> [*]`),
    '```',
    '',
    '| state | the guest | says, when asked | does | may say | others may touch the guest |',
    '| --- | --- | --- | --- | --- | --- |',
    ...names
      .filter((name) => name !== 'idle')
      .map((name) => {
        const here = steps.filter((step) => step.in === name);
        const acts = here.flatMap((step) => ('act' in step ? [describe(step, step.act)] : []));
        const says = here.flatMap((step) => ('say' in step ? [step.say] : []));
        return `| ${name} | ${states[name].means} | ${states[name].word} | ${list(acts)} | ${list(says)} | ${mayTouch('user', states[name]) ? 'yes' : 'no'} |`;
      }),
    '',
  ];
}

/** One arrow for all that leads from one state to the same other one. */
function arrows<State extends string, Action extends string>(
  steps: readonly Step<State, Action>[],
): string[] {
  const texts = new Map<string, string[]>();
  for (const step of steps) {
    if (!('write' in step)) continue;
    const arrow = `${step.in === 'idle' ? '[*]' : step.in} --> ${step.write}`;
    texts.set(arrow, [...(texts.get(arrow) ?? []), describe(step, step.on ?? '').trim()]);
  }
  return [...texts].map(([arrow, reasons]) => `  ${arrow}: ${reasons.join(', ')}`);
}

function describe({ guest }: { readonly guest?: string }, text: string): string {
  return guest === undefined ? text : `${text} (${guest})`;
}

function list(items: readonly string[]): string {
  return [...new Set(items)].join(', ');
}
