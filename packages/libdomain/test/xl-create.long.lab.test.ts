import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeTidyLab, labHost } from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';
import { readXlCases, XL_CREATE, XL_SUBJECTS, type XlAnswer } from '../src/config/testing/xl-create.ts';

/** Some hundred times xl, which takes a third of a second here. */
const ASKED_MS = patient(1_800_000);

const ASK = `rm -rf /tmp/xl-answers; cd /tmp/xl-create && for file in */*.cfg; do
  answer=/tmp/xl-answers/\${file%.cfg}; mkdir -p \${answer%/*}
  xl create -n -q $file >$answer.out 2>$answer.err; echo $? >$answer.status
done`;

interface Libxl {
  readonly c_info: { uuid: unknown };
  readonly b_info: { readonly 'type.hvm'?: { ms_vm_genid?: unknown } };
}

/** What xl has said, without what it makes up anew each time. */
function answerOf(path: string, text: string): XlAnswer {
  const [status, out, error] = ['status', 'out', 'err'].map((end) => readFileSync(`${path}.${end}`, 'utf8'));
  const says = (error ?? '').split('\n').filter((line) => line.trim() !== '');
  const answer = { status: Number(status), ...(says.length > 0 && { says: says.slice(0, 4) }) };
  if (answer.status !== 0) return answer;
  const json = JSON.parse(out ?? '') as Libxl;
  if (!/^uuid/m.test(text)) json.c_info.uuid = 'generated';
  const hvm = json.b_info['type.hvm'];
  if (hvm?.ms_vm_genid !== undefined) hvm.ms_vm_genid = 'generated';
  return { ...answer, json };
}

function keep(subject: string, answers: Readonly<Record<string, XlAnswer>>): void {
  const lines = Object.entries(answers).map(([name, answer]) => JSON.stringify({ name, ...answer }));
  writeFileSync(join(XL_CREATE, subject, 'answers.ndjson'), `${lines.join('\n')}\n`);
}

describeTidyLab('what xl create -n makes of a configuration, on real Xen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xl-answers-'));

  beforeAll(async () => {
    const a: LabHost = await labHost();
    await a.run('rm -rf /tmp/xl-create');
    await a.put(XL_CREATE, '/tmp/xl-create');
    await a.run(ASK, { timeoutMs: ASKED_MS });
    await a.get('/tmp/xl-answers', join(folder, 'answers'));
    await a.run('rm -rf /tmp/xl-create /tmp/xl-answers');
  }, 2 * ASKED_MS);

  test.each(XL_SUBJECTS)('%s: it says what it has said', (subject) => {
    const names = readdirSync(join(XL_CREATE, subject)).filter((file) => file.endsWith('.cfg'));
    const answers = Object.fromEntries(
      names.sort().map((file) => {
        const name = file.slice(0, -'.cfg'.length);
        const text = readFileSync(join(XL_CREATE, subject, file), 'utf8');
        return [name, answerOf(join(folder, 'answers', subject, name), text)];
      }),
    );
    if (process.env['VM_TOOLS_WRITE_ANSWERS'] === '1') keep(subject, answers);
    expect(answers).toEqual(
      Object.fromEntries(
        readXlCases(subject).map(({ name, answer }) => [name.slice(subject.length + 1), answer]),
      ),
    );
  });
});
