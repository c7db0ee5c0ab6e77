/**
 * swc turns `await using` into a function that names SuppressedError by a variable which it declares under another name
 * (1.16.22): a test whose body and whose end both fail would tell a ReferenceError in place of both causes.
 */
Object.defineProperty(globalThis, '_SuppressedError', { value: SuppressedError });
