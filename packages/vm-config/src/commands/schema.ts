import type { Outcome } from '@vm-tools/cli';
import { configJsonSchema } from '@vm-tools/libdomain';

export async function schema(): Promise<Outcome> {
  const value = configJsonSchema();
  return Promise.resolve({ isReport: true, value, text: JSON.stringify(value, null, 2) });
}
