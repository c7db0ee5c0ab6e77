import { types } from 'node:util';

/**
 * JSON with the values of `Xen` and libxc: bigint travels as {"$bigint": "12"}, bytes as {"$bytes": "…base64"}. Fields that are
 * undefined are left out, which reads the same.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, pack);
}

/** @throws SyntaxError */
export function fromJson(text: string): unknown {
  return unpack(JSON.parse(text));
}

/** No number of Xen's is longer; what is longer would only keep us busy. */
const BIGINT = /^-?\d{1,20}$/;

function pack(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const raw = this[key]; // a Buffer has a toJSON of its own, which has been called by now
  if (typeof raw === 'bigint') return { $bigint: String(raw) };
  if (types.isUint8Array(raw)) {
    return { $bytes: Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64') };
  }
  return value;
}

/** Not by a reviver, which is called for every number and string of a long list. What was parsed is changed in place. */
function unpack(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { $bigint, $bytes } = value as Readonly<Record<string, unknown>>;
  if (typeof $bigint === 'string' && BIGINT.test($bigint)) return BigInt($bigint);
  if (typeof $bytes === 'string') return Buffer.from($bytes, 'base64');
  for (const [key, inner] of Object.entries(value)) {
    const unpacked = unpack(inner);
    // Not by assignment: a member may be called "__proto__".
    if (unpacked !== inner) Object.defineProperty(value, key, { value: unpacked });
  }
  return value;
}
