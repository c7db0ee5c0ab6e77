import * as z from 'zod';
import { line, path } from '../keys/values.ts';

/** How qemu keeps owners and modes of the files that a guest makes. */
export const SECURITY_MODELS = ['none', 'passthrough', 'mapped', 'mapped-xattr', 'mapped-file'] as const;

/** A folder of the host that the guest can mount (9pfs). */
export const shareSchema = z
  .strictObject({
    /** by which the guest mounts it */
    tag: line.min(1, 'must not be empty'),
    /** of the folder */
    path,
    securityModel: z.enum(SECURITY_MODELS, `must be one of ${SECURITY_MODELS.join(', ')}`),
    /** name or number of the driver domain that has the folder; dom0 if absent */
    backend: z.exactOptional(line.min(1, 'must not be empty')),
  })
  .readonly();

/** Names of the fields of one. */
export const SHARE_FIELDS = Object.keys(shareSchema.unwrap().shape);

/** A folder of the host that the guest can mount (9pfs). */
export type Share = z.output<typeof shareSchema>;

/** The same as a caller may write it. */
export type ShareInput = z.input<typeof shareSchema>;
