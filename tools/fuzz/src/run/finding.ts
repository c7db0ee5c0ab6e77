import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Input } from '../target.ts';

/** An input with which a promise was not kept. Those in `regressions` were mended, and are fed again by the tests. */
export interface Finding {
  readonly target: string;
  /** The broken promise. */
  readonly problem: string;
  /** base64, piece by piece */
  readonly input: readonly string[];
}

export const REGRESSIONS = join(import.meta.dirname, '../../regressions');
const FINDINGS = join(import.meta.dirname, '../../../../.cache/fuzz');

export function findingOf(target: string, problem: string, input: Input): Finding {
  return { target, problem, input: input.map((chunk) => chunk.toString('base64')) };
}

export function inputOf({ input }: Finding): Buffer[] {
  return input.map((chunk) => Buffer.from(chunk, 'base64'));
}

/** @returns the path */
export async function keepFinding(finding: Finding, name: string): Promise<string> {
  await mkdir(FINDINGS, { recursive: true });
  const path = join(FINDINGS, `${name.replaceAll(/[^a-z0-9-]+/gi, '-')}.json`);
  await writeFile(path, `${JSON.stringify(finding, undefined, 2)}\n`);
  return path;
}

export async function readFindings(folder: string): Promise<(readonly [name: string, finding: Finding])[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const read = async (name: string): Promise<readonly [string, Finding]> => [
    name,
    JSON.parse(await readFile(join(folder, name), 'utf8')) as Finding,
  ];
  return Promise.all(names.map(read));
}
