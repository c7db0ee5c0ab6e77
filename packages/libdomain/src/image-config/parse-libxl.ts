import { VmToolsError } from '@vm-tools/errors';
import * as z from 'zod';

/** libxl itself takes any length; a configuration has a few KiB. */
const MAX_JSON_CHARACTERS = 2 ** 20;

/**
 * Reads libxl's JSON of a domain, or that part of it which the schema names.
 *
 * @throws VmToolsError IMAGE_CONFIG_CORRUPT (kind corrupt)
 */
export function parseLibxl<Schema extends z.ZodType>(schema: Schema, json: string): z.output<Schema> {
  if (json.length > MAX_JSON_CHARACTERS) throw configCorrupt('it is too long');
  let parsed: unknown;
  try {
    parsed = JSON.parse(json.replace(/\0$/, '')); // xl counts the end of the C string as part of it
  } catch (cause) {
    throw configCorrupt('it is not JSON', cause);
  }
  const result = schema.safeParse(parsed);
  if (!result.success) throw configCorrupt(describeIssue(result.error));
  return result.data;
}

/** The error for libxl's JSON that cannot be that of a domain. */
export function configCorrupt(why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'IMAGE_CONFIG_CORRUPT',
    kind: 'corrupt',
    message: `the configuration in the image is damaged: ${why}`,
    hint: 'take another copy of the image, or save the domain anew',
    details: { why },
    cause,
  });
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
}
