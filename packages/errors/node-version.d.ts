/** The oldest major version of Node that will do. */
export const FLOOR: number;

/** Undefined, or one sentence on why this Node is too old. */
export function whyNotThisNode(): string | undefined;
