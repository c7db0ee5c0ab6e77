import * as z from 'zod';
import type { GuestState } from '@vm-tools/ports';
import { MAX_CONTROL_BYTES, MAX_PAYLOAD_BYTES, protocolError } from './frame.ts';
import { parseJson } from './parse-json.ts';
import { remoteErrorSchema, text } from './remote-error-schema.ts';

const bytes = z.int().nonnegative();
/** The id of a transfer: 32 hexadecimal digits. */
export const transferIdSchema = z.string().regex(/^[0-9a-f]{32}$/);
/** The one bound of epochs, for readers and writers; nothing that is not a mistake or worse comes near it. */
export const MAX_EPOCH = 2 ** 32;
export const epochSchema = z.int().positive().max(MAX_EPOCH);

const [id, epoch] = [transferIdSchema, epochSchema];

/** A thousand leaves of CPUID; a processor of today has a hundred. */
const base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .max(32 * 1024);

/** As much as a control frame can hold, and the marks that a text gets where it is quoted. */
const MAX_CONFIG_CHARACTERS = 2 ** 20;

const MAX_DISKS = 256;
const MAX_VDEV_CHARACTERS = 32;

/** What both forms of an offer have in common, bounded in all its parts. */
const offerShape = {
  name: z.string().min(1).max(256),
  /** the same guest must not be two for its spelling */
  uuid: z.guid().toLowerCase(),
  type: z.string().min(1).max(32),
  memoryBytes: bytes,
  maxMemoryBytes: bytes,
  vcpus: z.int().positive(),
  live: z.boolean(),
  xen: z.string().max(64),
  cpuPolicy: z.object({ cpuid: base64, msrs: base64 }).optional(),
  disks: z
    .array(z.object({ vdev: z.string().max(MAX_VDEV_CHARACTERS), bytes: z.int().min(0) }))
    .max(MAX_DISKS)
    .readonly()
    .optional(),
};

/** An offer between processes of one host. */
export const offerSchema = z.object({ ...offerShape, configJson: z.string().max(MAX_CONFIG_CHARACTERS) });

/** An offer in a frame, where its configuration is no text within a text. */
const offerFrameSchema = z
  .object({ ...offerShape, config: z.unknown().optional() })
  .transform(({ config, ...offer }) => ({ ...offer, configJson: JSON.stringify(config ?? null) }));

/** One of the checks of a target; it has some ten. */
const MOST_CHECKS = 64;
const NOTE_CHARACTERS = 300;
const checkSchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  note: text(NOTE_CHARACTERS).optional(),
  error: remoteErrorSchema.optional(),
});

/** A month: a timer can take it, and no operator waits longer. */
const MAX_DOWNTIME_MS = 2 ** 31;

/** The id of the source's host: a target with the same id is on that host already. */
const host = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .optional();

/** What a guest has lost by its move, one sentence each. */
export const MOST_WARNINGS = 16;
export const MAX_WARNING_CHARACTERS = 1024;
const warnings = z.array(z.string().max(MAX_WARNING_CHARACTERS)).max(MOST_WARNINGS).readonly().optional();

const guestName = z.string().min(1).max(256);
const guestUuid = z.guid().toLowerCase();

/** What a peer asks for. */
export const wantedSchema = z.union([z.object({ name: guestName }), z.object({ uuid: guestUuid })]);

/** Of one name or UUID there is one guest; a host on which there are more says so. */
const MOST_PLACES = 16;
const GUEST_STATES = [
  'running',
  'paused',
  'ended',
  'coming',
  'going',
  'saved',
] as const satisfies GuestState[];

/** What a host knows of it. */
export const placesSchema = z
  .array(
    z.object({
      name: z.string().max(256),
      uuid: guestUuid,
      state: z.enum(GUEST_STATES),
      domid: z.int().nonnegative().optional(),
    }),
  )
  .max(MOST_PLACES)
  .readonly();

/** The JSON of each control frame. Unknown fields are ignored: a later release may add some. */
const BODIES = {
  /**
   * `epoch`: the source has counted that many attempts to move this guest. `host`: its host's word for itself; an older
   * release does not say.
   */
  HELLO: z.object({ id, epoch, offer: offerFrameSchema, host }),
  /** `epoch`: that of this attempt, more than either end has had. */
  ACCEPT: z.object({ epoch }),
  REJECT: z.object({ error: remoteErrorSchema }),
  /** `downtimeMs`: how long the guest has stood still by now. */
  EOS: z.object({
    blake2b512: z.string().regex(/^[0-9a-f]{128}$/),
    bytes,
    downtimeMs: z.number().nonnegative().max(MAX_DOWNTIME_MS).optional(),
    iterations: z.int().nonnegative().optional(),
  }),
  READY: z.object({ epoch }),
  GO: z.object({ id, epoch }),
  STATUS: z.object({ id, epoch }),
  /**
   * `at` is the target's wall clock when it wrote that down, ms since 1970. `warnings`: what the guest has lost by its
   * move; an older release does not say, and neither does the answer to a later question.
   */
  RUNNING: z.object({ domid: z.int().nonnegative().optional(), at: z.number(), warnings }),
  /** `tried`: it had been told to start it. */
  FENCED: z.object({ error: remoteErrorSchema.optional(), tried: z.boolean() }),
  PENDING: z.object({ error: remoteErrorSchema.optional() }),
  UNKNOWN: z.object({}),
  BYE: z.object({}),
  /** Since version 3. `id` is that of a transfer that is not going to be, by which both ends call it. */
  CHECK: z.object({ id, offer: offerFrameSchema, host }),
  CHECKED: z.object({ checks: z.array(checkSchema).max(MOST_CHECKS) }),
  /** Since version 4: so much of the image, zeros or not, the target has taken from its connection and handed on. */
  TAKEN: z.object({ bytes }),
  /** Since version 5. */
  WHERE: wantedSchema,
  HERE: z.object({ guests: placesSchema }),
  ABORT: z.object({ error: remoteErrorSchema }),
} as const;

export type ControlName = keyof typeof BODIES;
export type Body<Name extends ControlName> = z.infer<(typeof BODIES)[Name]>;

/** A control frame with its content. */
export type Control<Name extends ControlName = ControlName> = {
  [N in Name]: { readonly name: N; readonly body: Body<N> };
}[Name];

/** Bytes of the image, in the pieces in which they came. */
export type DataFrame = { readonly name: 'DATA'; readonly pieces: readonly Buffer[] };
/** Bytes of the image that are zero. */
export type ZerosFrame = { readonly name: 'ZEROS'; readonly bytes: number };
/** The most bytes that one ZEROS may stand for: as many as a DATA may hold. */
export const MAX_ZEROS = MAX_PAYLOAD_BYTES;
/** Anything that may come, without what the channel keeps to itself. */
export type Message = Control | DataFrame | ZerosFrame;

export function encodeBody<Name extends ControlName>(name: Name, body: Body<Name>): Buffer {
  const payload = Buffer.from(
    JSON.stringify('offer' in body ? { ...body, offer: framed(body.offer) } : body),
  );
  if (payload.length > MAX_CONTROL_BYTES) {
    throw protocolError(`a ${name} of ${payload.length} bytes is too long to be sent`);
  }
  return payload;
}

function framed({ configJson, ...offer }: z.infer<typeof offerSchema>): object {
  return { ...offer, config: JSON.parse(configJson) as unknown };
}

/** @throws VmToolsError XFR_PROTOCOL of kind peer unless it is what the frame should hold */
export function decodeBody<Name extends ControlName>(name: Name, payload: Buffer, offset = 0): Control<Name> {
  const parsed = BODIES[name].safeParse(parseJson(payload));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? ` at ${issue.path.map(String).join('.')}` : '';
    throw protocolError(`a ${name} does not hold what it should${where}: ${issue?.message ?? ''}`, {
      offset,
      frame: name,
    });
  }
  return { name, body: parsed.data } as Control<Name>;
}

/** @throws VmToolsError XFR_PROTOCOL of kind peer */
export function decodeZeros(payload: Buffer, offset = 0): number {
  const bytes = payload.length === 4 ? payload.readUInt32BE() : 0;
  if (bytes === 0 || bytes > MAX_ZEROS) {
    throw protocolError('a ZEROS does not hold a number from 1 to 1 Mi', { offset, frame: 'ZEROS' });
  }
  return bytes;
}
