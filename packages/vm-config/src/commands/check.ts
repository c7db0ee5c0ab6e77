import { asVmToolsError, filesAndSettings, pathOf, type Invocation, type Outcome } from '@vm-tools/cli';
import type { FailureKind } from '@vm-tools/errors';
import { readConfigFile } from '@vm-tools/libdomain';
import { imageReader } from '@vm-tools/libdomain/image';
import { describeReports } from '../describe-reports.ts';
import type { CheckInput } from '../options.ts';
import { refusalsOf, warningOf, type FileReport, type Warning } from '../report.ts';

/** Every file, whatever is wrong with the others. */
export async function check(invocation: Invocation<CheckInput>): Promise<Outcome<readonly FileReport[]>> {
  const { files, settings } = filesAndSettings(invocation.input.file);
  const looks: { readonly report: FileReport; readonly failure?: FailureKind }[] = [];
  for (const file of new Set(files)) looks.push(await look(file, settings, invocation));
  const reports = looks.map(({ report }) => report);
  const failure = looks.find((each) => each.failure !== undefined)?.failure;
  return {
    isReport: true,
    value: reports,
    text: describeReports(reports),
    ...(failure === undefined ? {} : { failure }),
  };
}

async function look(
  file: string,
  overrides: readonly string[],
  { program, signal }: Invocation<CheckInput>,
): Promise<{ readonly report: FileReport; readonly failure?: FailureKind }> {
  const warnings: Warning[] = [];
  const { prepare } = imageReader('/');
  try {
    await readConfigFile(pathOf(file), {
      overrides,
      filesOnly: true,
      prepare,
      onWarning: (_, warning) => void warnings.push(warningOf(warning)),
      signal,
    });
    return { report: { file, ok: true, refused: [], warnings } };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const error = asVmToolsError(thrown, program);
    return { report: { file, ok: false, refused: refusalsOf(error), warnings }, failure: error.kind };
  }
}
