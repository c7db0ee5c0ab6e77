import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Crossing, Prototype } from '../prototypes/ctype.ts';
import type { FunctionName, Libraries } from '../prototypes/index.ts';
import { supportFor, SUPPORTED_VERSIONS } from '../versions/index.ts';
import type { VersionSupport } from '../versions/shape.ts';
import type { Layouts } from '../versions/structs.ts';

/** Xen's libraries, played by a C library that records and obeys: all of ours runs, koffi included, without Xen. */
export interface StubLibrary extends AsyncDisposable {
  readonly libraries: Libraries;
  /** of the Xen 4 that it says it is */
  readonly minor: number;
  /** The calls since the last time, each with its arguments as text: "ptr", "null", digits, strings, hex. */
  takeCalls(): Promise<readonly (readonly string[])[]>;
  /** Lines "call result errno xc_error text to log"; what is not named succeeds. */
  script(...lines: readonly string[]): Promise<void>;
  /** The bytes that a call gives back through its pointer. */
  give(
    call:
      | 'xc_physinfo'
      | 'xc_domain_getinfolist'
      | 'xc_hvm_param_get'
      | 'xc_cpu_policy_serialise'
      | 'xc_vcpu_getinfo'
      | 'xc_vcpu_getaffinity'
      | 'xc_readconsolering'
      | 'xc_sched_credit_params_get'
      | 'xc_sched_credit2_params_get'
      | 'xc_domain_dumpcore_via_callback',
    bytes: Uint8Array,
  ): Promise<void>;
  /** It gives nothing back any more. */
  forget(call: Parameters<StubLibrary['give']>[0]): Promise<void>;
  /** How xc_domain_save, xc_domain_restore and xc_domain_dumpcore_via_callback behave. */
  mode(mode: '' | 'crash' | 'hang' | 'flood' | 'picky'): Promise<void>;
}

type Effects = Readonly<Partial<Record<FunctionName, string>>>;

/** The effects of some functions besides recording; a0 … are their arguments. */
function effectsOf(layouts: Layouts, minor: number): Effects {
  const image = layouts.xc_dom_image.fields;
  return {
    xc_interface_close: 'stub_logger = NULL;',
    xc_get_last_error: 'result = (long)&stub_error;',
    xc_clear_last_error: 'stub_error.code = 0;',
    xc_version: `if (a1 == 1) strcpy(a2, ".7-stub"); else result = scripted("version", 4 << 16 | ${minor});`,
    xc_physinfo: `load("xc_physinfo", a1, ${layouts.xc_physinfo_t.size});`,
    xc_domain_getinfolist: `load("xc_domain_getinfolist", a3, a2 * ${layouts.xc_domaininfo_t.size});`,
    xc_domain_create: `dump(a2, ${layouts.xen_domctl_createdomain.size}); *(uint32_t *)a1 = 7;`,
    xc_hvm_param_get: 'load("xc_hvm_param_get", a3, 8);',
    xc_vcpu_getinfo: `load("xc_vcpu_getinfo", a3, ${layouts.xc_vcpuinfo_t.size});`,
    // One map of two bytes behind the other.
    xc_vcpu_getaffinity: `
    static char maps[4]; load("xc_vcpu_getaffinity", maps, 4);
    memcpy(a3, maps, 2); memcpy(a4, maps + 2, 2);`,
    xc_vcpu_setaffinity: 'if (a3) dump(a3, 2); if (a4) dump(a4, 2);',
    // A ring of 16 bytes.
    xc_readconsolering: `
    if (*(uint32_t *)a5 == 0) { load("xc_readconsolering", a1, 16); *(unsigned int *)a2 = *(uint32_t *)a5 = 16; }
    else *(unsigned int *)a2 = 0;`,
    // There is room for more than there is: two leaves, and behind them in the file one MSR.
    xc_cpu_policy_get_size: '*(uint32_t *)a1 = 3; *(uint32_t *)a2 = 2;',
    xc_cpu_policy_serialise: `
    static char policy[2 * ${layouts.xen_cpuid_leaf_t.size} + ${layouts.xen_msr_entry_t.size}];
    load("xc_cpu_policy_serialise", policy, sizeof(policy));
    memcpy(a2, policy, 2 * ${layouts.xen_cpuid_leaf_t.size}); *(uint32_t *)a3 = 2;
    memcpy(a4, policy + 2 * ${layouts.xen_cpuid_leaf_t.size}, ${layouts.xen_msr_entry_t.size}); *(uint32_t *)a5 = 1;`,
    xc_cpuid_apply_policy: 'if (a3) dump(a3, a4 * 4);',
    // Three processors, of which the last one is not there, and no core is known of the first one.
    xc_cputopoinfo: `
    static uint32_t places[9] = { ~0u, ~0u, 0, 1, 0, 1, ~0u, ~0u, ~0u };
    if (a2) memcpy(a2, places, sizeof(places)); *(uint32_t *)a1 = 3;`,
    xc_sched_credit_params_get: 'load("xc_sched_credit_params_get", a2, 12);',
    xc_sched_credit_params_set: 'dump(a2, 12);',
    xc_sched_credit2_params_get: 'load("xc_sched_credit2_params_get", a2, 4);',
    xc_sched_credit2_params_set: 'dump(a2, 4);',
    // One pool, and behind it none; two processors.
    xc_cpupool_create: '*(uint32_t *)a1 = 3;',
    xc_cpupool_getinfo: `
    static char map[2] = { 5, 1 };
    static struct { uint32_t id, sched, domains; void *map; } pool = { 4, 6, 2, map };
    if (a1 <= 4) result = (long)&pool; else { result = 0; stub_errno = ENOENT; }`,
    xc_cpupool_freeinfo: 'result = (long)calloc(1, 2); *(char *)result = 2;',
    xc_domain_nr_gpfns: '*(uint64_t *)a2 = 0xa6;',
    xc_map_foreign_bulk: 'result = (long)stub_map(a3, a4, a5);',
    xc_domain_set_memory_map: `dump(a2, a3 * ${layouts.e820entry.size});`,
    xc_dom_allocate: 'memset(stub_memory, 0, sizeof(stub_memory));',
    xc_dom_malloc: 'result = (long)calloc(1, a1);',
    xc_dom_build_image: `dump(a0, ${layouts.xc_dom_image.size}); 
    void *acpi = *(void **)((char *)a0 + ${image.acpi_modules.offset}); if (acpi) dump(acpi, 4);`,
    xc_dom_boot_image: `
    static uint64_t p2m[16]; p2m[3] = 0xabc; p2m[5] = 0x123456789;
    *(uint64_t *)((char *)a0 + ${image.xenstore_pfn.offset}) = 3;
    *(uint64_t *)((char *)a0 + ${image.console_pfn.offset}) = 5;
    *(void **)((char *)a0 + ${image.pv_p2m.offset}) = p2m;`,
    xc_domain_save: 'record("\\n"); if (result == 0) result = stub_save(a1, a2, a3, a4);',
    xc_domain_dumpcore_via_callback: 'record("\\n"); if (result == 0) result = stub_dump(a3);',
    xc_domain_restore: 'record("\\n"); if (result == 0) result = stub_restore(a1, a4, a7, a10);',
  };
}

const C_TYPES: Readonly<Record<Crossing, string>> = {
  void: 'void',
  bool: 'bool',
  int32: 'int32_t',
  uint32: 'uint32_t',
  uint64: 'uint64_t',
  int64: 'int64_t',
  string: 'const char *',
  pointer: 'void *',
};

const RECORDERS: Readonly<Partial<Record<Crossing, (arg: string) => string>>> = {
  string: (arg) => `record("\\t%s", ${arg} ? ${arg} : "null");`,
  pointer: (arg) => `record("\\t%s", ${arg} ? "ptr" : "null");`,
  uint64: (arg) => `record("\\t%lu", ${arg});`,
  int32: (arg) => `record("\\t%d", ${arg});`,
};

/** The versions of Xen 4 that are driven, each of which a stub can play. */
export const STUB_MINORS: readonly number[] = Object.keys(SUPPORTED_VERSIONS).map((version) =>
  Number(version.slice('4.'.length)),
);

/** @param minor the version of Xen 4 whose libraries it plays, and `support` if that is not known */
export async function buildStubLibrary(
  minor = 17,
  support: VersionSupport = supportFor(`4.${minor}`),
): Promise<StubLibrary> {
  const folder = await mkdtemp(join(tmpdir(), 'xc-native-stub-'));
  const source = join(folder, 'generated.c');
  const library = join(folder, 'libstub.so');
  const behaviour = fileURLToPath(new URL('./stub.c', import.meta.url));
  await writeFile(source, generate(behaviour, support, minor));
  const flags = ['-shared', '-fPIC', '-Wno-unused-result', `-DSTUB_DIR="${folder}"`];
  await promisify(execFile)('gcc', [...flags, '-o', library, source]);
  return {
    minor,
    libraries: { xenctrl: library, xenguest: library, libc: 'libc.so.6' },
    takeCalls: async () => {
      const text = await readFile(join(folder, 'calls'), 'utf8').catch(() => '');
      await rm(join(folder, 'calls'), { force: true });
      return text
        .trimEnd()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t'));
    },
    script: (...lines) => writeFile(join(folder, 'script'), lines.map((line) => `${line}\n`).join('')),
    give: (call, bytes) => writeFile(join(folder, call), bytes),
    forget: (call) => rm(join(folder, call), { force: true }),
    mode: (mode) => writeFile(join(folder, 'mode'), mode),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function generate(behaviour: string, { prototypes, layouts }: VersionSupport, minor: number): string {
  const functions: Readonly<Record<string, Prototype>> = { ...prototypes.xenctrl, ...prototypes.xenguest };
  const effects = effectsOf(layouts, minor);
  return [
    `#include ${JSON.stringify(behaviour)}`,
    ...Object.entries(functions).map(([name, prototype]) =>
      defineFunction(name, prototype, effects[name as FunctionName] ?? ''),
    ),
    '',
  ].join('\n');
}

function defineFunction(name: string, { returns, args, check }: Prototype, effect: string): string {
  const result = C_TYPES[returns.crossing];
  const parameters = args.map(({ crossing }, index) => `${C_TYPES[crossing]} a${index}`).join(', ');
  const records = args.map(({ crossing }, index) =>
    (RECORDERS[crossing] ?? ((arg) => `record("\\t%u", ${arg});`))(`a${index}`),
  );
  // Housekeeping around every call would only blur the record.
  const isRecorded = !['xc_clear_last_error', 'xc_get_last_error'].includes(name);
  return `${result} ${name}(${parameters}) {
    ${isRecorded ? `record("${name}"); ${records.join(' ')}` : ''}
    ${name === 'xc_interface_open' ? 'stub_logger = a0;' : ''}
    long result = scripted("${name}", ${check === 'non-null' ? '(long)stub_memory' : '0'});
    ${effect}
    ${isRecorded ? 'record("\\n");' : ''}
    errno = stub_errno;
    ${returns.crossing === 'void' ? '' : `return (${result})result;`}
  }`;
}
