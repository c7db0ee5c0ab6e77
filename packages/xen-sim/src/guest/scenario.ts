import { z } from 'zod';
import { faultRuleSchema } from '../faults/index.ts';
import { matchesCall } from '../faults/rule.ts';
import { invalidInput, type Speech } from './model/invalid.ts';
import { guestWordsSchema, sizeSchema, type GuestWords } from './model/words.ts';

/**
 * A file that says how the guests of a simulated host behave, which calls fail, which bridges it has and which block
 * devices:
 * `{"guests": {"web*": {"dirty": "20M/s", "suspend": "slow:3s"}}, "faults": [{"call": "domainBuild", "errno": "ENOMEM"}],
 * "bridges": ["xenbr0", "lan"], "disks": {"/dev/vg/web": "10G"}}`
 */
export const scenarioSchema = z.strictObject({
  guests: z.record(z.string().min(1).max(256), guestWordsSchema).default({}),
  faults: z.array(faultRuleSchema).default([]),
  bridges: z
    .array(z.string().regex(/^[^\s/:]{1,15}$/))
    .max(256)
    .exactOptional(),
  disks: z.record(z.string().startsWith('/').max(4095), sizeSchema).exactOptional(),
});

/** Domains and faults that a simulated host begins with. */
export type Scenario = z.output<typeof scenarioSchema>;

const SPEECH: Speech = {
  code: 'XEN_SIM_SCENARIO',
  name: (path) => ['scenario', ...path.map(String)].join(' > '),
  words: ([part]) => {
    if (part === 'guests') return Object.keys(guestWordsSchema.shape);
    return Object.keys(part === 'faults' ? faultRuleSchema.shape : scenarioSchema.shape);
  },
};

/** @throws VmToolsError XEN_SIM_SCENARIO, of kind usage, with the place in the file */
export function parseScenario(value: unknown): Scenario {
  const result = scenarioSchema.safeParse(value);
  if (result.success) return result.data;
  throw invalidInput(result.error, SPEECH);
}

/** The words of a scenario for a guest of this name. Of several patterns that fit the later one wins, word by word. */
export function wordsFor(scenario: Pick<Scenario, 'guests'> | undefined, name: string): GuestWords {
  const fitting = Object.entries(scenario?.guests ?? {}).filter(([pattern]) => matchesCall(pattern, name));
  return Object.assign({}, ...fitting.map(([, words]) => words)) as GuestWords;
}
