import * as z from 'zod';

/** A C string of libxl; an empty one is as good as none. */
export const text = z
  .string()
  .refine((value) => !value.includes('\0'), 'must not contain NUL')
  .transform((value) => (value === '' ? undefined : value))
  .optional();

/** libxl_defbool, and C's bool. */
export const flag = z
  .union([z.boolean(), z.enum(['True', 'False', '<default>'])])
  .transform((value) => (value === '<default>' ? undefined : value === true || value === 'True'))
  .optional();

/** A number that libxl takes for true or false. */
export const truth = z
  .int()
  .transform((value) => value !== 0)
  .default(false);

export const count = z.int().min(0).optional();

/** libxl's word for what is true or false, or not said. */
export function flagOf(value: boolean | undefined): 'True' | 'False' | undefined {
  if (value === undefined) return undefined;
  return value ? 'True' : 'False';
}

/** The driver domain: by its name, or by its number, where 0 is where the toolstack runs. */
export function backendOf(libxl: {
  readonly backend_domname?: string | undefined;
  readonly backend_domid?: number | undefined;
}): string | undefined {
  return libxl.backend_domname ?? (libxl.backend_domid === 0 ? undefined : libxl.backend_domid?.toString());
}

/** Without the fields that are not said. */
export function said(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
