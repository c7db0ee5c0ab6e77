/** How a field is read; its size follows. Fields of 64 bits are bigint: never a number that is almost right. */
export type FieldType = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'i64' | 'pointer' | 'uuid';

/** One member of a struct of C. */
export interface Field {
  /** bytes from the start of the struct */
  readonly offset: number;
  readonly type: FieldType;
  /** as C spells it, where the name here is made up for a member of a member or an array element */
  readonly c?: string;
}

/** A struct of C: its size, and the members that are used, each with its offset. */
export interface StructLayout {
  /** as C spells it */
  readonly c: string;
  /** bytes */
  readonly size: number;
  /** only those that are used */
  readonly fields: Readonly<Record<string, Field>>;
}

/** How many bytes a field takes, by its type. */
export const FIELD_BYTES: Readonly<Record<FieldType, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
  pointer: 8,
  uuid: 16,
};

/** The TypeScript value of a field of a type. A uuid is in its canonical text form. */
export type FieldValue<Type> = Type extends 'u64' | 'i64' | 'pointer'
  ? bigint
  : Type extends 'uuid'
    ? string
    : number;
