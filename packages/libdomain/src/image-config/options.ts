import type { DomainConfig } from '../config/index.ts';
import { KEYS } from '../config/keys/keys.ts';

/** Fields that libxl's JSON has as they are, or as the text "True" or "False". */
const OPTIONS = [
  ...(['maxGrantFrames', 'maxMaptrackFrames', 'maxGrantVersion', 'maxEventChannels'] as const),
  ...(['noMigrate', 'tscMode', 'timerMode', 'hap', 'nestedHvm', 'vpmu', 'msrRelaxed', 'pool'] as const),
  ...(['shadowMemoryKib', 'driverDomain'] as const),
] as const;

type Options = Pick<DomainConfig, (typeof OPTIONS)[number]>;

/** How the domain is to be made beyond the usual. A value that makes no sense asks for nothing. */
export function readOptions(libxl: object): Options {
  const found = OPTIONS.flatMap((option) => {
    const value = KEYS[option].libxl.split('.').reduce<unknown>(memberOf, libxl);
    // libxl writes it for every domain that it has made.
    if (value === undefined || (option === 'msrRelaxed' && value === 'False')) return [];
    const { success, data } = KEYS[option].schema.safeParse(BOOLEANS.get(value) ?? value);
    return success ? [[option, data]] : [];
  });
  return { tscMode: 'default', ...(Object.fromEntries(found) as Partial<Options>) };
}

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map([
  ['True', true],
  ['False', false],
]);

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
