import { formatUuid, parseUuid } from './uuid.ts';
import type { Field, FieldType, FieldValue, StructLayout } from './layout.ts';

type FieldsOf<Layout extends StructLayout> = Layout['fields'];
type ValueOf<Layout extends StructLayout, Key extends keyof FieldsOf<Layout>> = FieldValue<
  FieldsOf<Layout>[Key]['type']
>;

/** A C struct, seen through its layout: reads and writes go straight to the bytes, which may be C's own memory. */
export class StructView<Layout extends StructLayout> {
  readonly bytes: Buffer;
  readonly #layout: Layout;

  /** @param bytes at least as many as the struct has; zeroed new ones by default */
  constructor(layout: Layout, bytes: Buffer = Buffer.alloc(layout.size)) {
    this.bytes = bytes;
    this.#layout = layout;
  }

  get<Key extends keyof FieldsOf<Layout> & string>(key: Key): ValueOf<Layout, Key> {
    const { offset, type } = this.#field(key);
    return ACCESS[type].read(this.bytes, offset) as ValueOf<Layout, Key>;
  }

  /** @throws RangeError when the value does not fit the field */
  set<Key extends keyof FieldsOf<Layout> & string>(key: Key, value: ValueOf<Layout, Key>): this {
    const { offset, type } = this.#field(key);
    ACCESS[type].write(this.bytes, offset, value as never);
    return this;
  }

  #field(key: string): Field {
    return this.#layout.fields[key] as Field;
  }
}

interface Access<Value> {
  read(bytes: Buffer, offset: number): Value;
  write(bytes: Buffer, offset: number, value: Value): unknown;
}

const u64: Access<bigint> = {
  read: (bytes, offset) => bytes.readBigUInt64LE(offset),
  write: (bytes, offset, value) => bytes.writeBigUInt64LE(value, offset),
};

const ACCESS: { readonly [Type in FieldType]: Access<FieldValue<Type>> } = {
  u8: {
    read: (bytes, offset) => bytes.readUInt8(offset),
    write: (bytes, offset, value) => bytes.writeUInt8(value, offset),
  },
  u16: {
    read: (bytes, offset) => bytes.readUInt16LE(offset),
    write: (bytes, offset, value) => bytes.writeUInt16LE(value, offset),
  },
  u32: {
    read: (bytes, offset) => bytes.readUInt32LE(offset),
    write: (bytes, offset, value) => bytes.writeUInt32LE(value, offset),
  },
  i32: {
    read: (bytes, offset) => bytes.readInt32LE(offset),
    write: (bytes, offset, value) => bytes.writeInt32LE(value, offset),
  },
  u64,
  i64: {
    read: (bytes, offset) => bytes.readBigInt64LE(offset),
    write: (bytes, offset, value) => bytes.writeBigInt64LE(value, offset),
  },
  pointer: u64,
  uuid: {
    read: (bytes, offset) => formatUuid(bytes.subarray(offset, offset + 16)),
    write: (bytes, offset, value) => parseUuid(value).copy(bytes, offset),
  },
};
