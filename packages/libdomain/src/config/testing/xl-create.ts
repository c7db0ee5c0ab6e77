import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Configurations, and what `xl create -n` said of each; its README tells more. */
export const XL_CREATE = join(import.meta.dirname, '../../../corpus/xl-create');

/** What xl made of a configuration: libxl's JSON, or where its exit status is not 0 nothing. */
export interface XlAnswer {
  readonly status: number;
  /** the first lines of its standard error */
  readonly says?: readonly string[];
  /** `uuid` is "generated" where xl made one up */
  readonly json?: object;
}

/** One configuration of the corpus. */
export interface XlCase {
  /** "disks/cdrom": folder and name of the file */
  readonly name: string;
  readonly text: string;
  readonly answer: XlAnswer;
}

/** The folders of the corpus, by subject. */
export const XL_SUBJECTS: readonly string[] = readdirSync(XL_CREATE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The configurations about a subject. Those without an answer are an error of the corpus. */
export function readXlCases(subject: string): readonly XlCase[] {
  const folder = join(XL_CREATE, subject);
  const answers = new Map(
    readFileSync(join(folder, 'answers.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as XlAnswer & { readonly name: string })
      .map(({ name, ...answer }) => [name, answer] as const),
  );
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.cfg'))
    .map((file) => file.slice(0, -'.cfg'.length))
    .sort();
  if (String(names) !== String([...answers.keys()].sort()))
    throw new Error(`${subject}: each file needs one answer, and each answer its file`);
  return names.map((name) => ({
    name: `${subject}/${name}`,
    text: readFileSync(join(folder, `${name}.cfg`), 'utf8'),
    answer: answers.get(name) as XlAnswer,
  }));
}
