import { AREAS } from './areas.ts';
import { whyAllowed } from './explained.ts';
import type { AreaResult, Survivor } from './result.ts';

const INTRODUCTION = `# Mutants

\`npm run mutants\` changes the safety-relevant code in small ways, one at a time ([Stryker](https://stryker-mutator.io)), and runs the tests of that code: one of them ought to fail. A change that survives shows a test that is missing, or code that makes no difference. What people read (messages, hints, details of errors) is left alone: other tests hold it.

\`npm run mutants -- journal\` is for one area; all of them take hours. The command writes this page, and fails when a change survives that \`tools/mutants/src/explained.ts\` does not explain.
`;

/** docs/mutants.md, of all that has been run so far. */
export function page(results: Readonly<Record<string, AreaResult | undefined>>): string {
  const rows = AREAS.map(({ name, mutate }) => {
    const files = mutate.map((glob) => `\`${glob.replace('packages/', '')}\``).join(', ');
    const result = results[name];
    if (result === undefined) return `| ${name} | ${files} | not run yet | | | | |`;
    const { date, killed, timedOut, survivors } = result;
    const explained = survivors.filter((survivor) => whyAllowed(survivor) !== undefined).length;
    const noticed = killed + timedOut;
    const score = ((100 * noticed) / (noticed + survivors.length - explained)).toFixed(1);
    return `| ${name} | ${files} | ${noticed + survivors.length} | ${noticed} | ${explained} | ${survivors.length - explained} | ${score} % (${date}) |`;
  });
  const survivors = Object.values(results).flatMap((result) => result?.survivors ?? []);
  return [
    INTRODUCTION,
    '| area | files | changes | noticed | explained | not noticed | score |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...section('Not noticed', survivors, (survivor) => whyAllowed(survivor) === undefined),
    ...section('Explained', survivors, (survivor) => whyAllowed(survivor) !== undefined),
  ].join('\n');
}

function section(
  title: string,
  survivors: readonly Survivor[],
  belongs: (survivor: Survivor) => boolean,
): string[] {
  const lines = survivors.filter(belongs).map((survivor) => {
    const { file, line, original, replacement, isRun } = survivor;
    const why = whyAllowed(survivor) ?? (isRun ? 'no test fails' : 'no test runs this');
    return `- \`${file}:${line}\`: ${code(original)} → ${code(replacement)}: ${why}`;
  });
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];
}

/** Whatever backticks are in it. */
function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  return text === '' ? 'nothing' : `${fence} ${text} ${fence}`.replace(/^` (.*) `$/, '`$1`');
}
