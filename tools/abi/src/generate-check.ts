import { FIELD_BYTES } from '@vm-tools/xc-native';
import type {
  CallbackPrototype,
  FeatureWord,
  Prototype,
  PrototypeTable,
  StructLayout,
} from '@vm-tools/xc-native';

/** Everything that xc-native believes of C, for one version of Xen: a `VersionSupport` is one. */
export interface AbiTables {
  readonly prototypes: Readonly<Record<string, PrototypeTable>>;
  readonly callbacks: Readonly<Record<string, CallbackPrototype>>;
  readonly layouts: Readonly<Record<string, StructLayout>>;
  readonly cpuFeatures: readonly FeatureWord[];
}

const HEADERS = [
  'stdarg.h',
  'stdbool.h',
  'stddef.h',
  'stdint.h',
  'stdio.h',
  'string.h',
  'stdlib.h',
  'sys/mman.h',
  'sys/socket.h',
  'unistd.h',
];
/** Xen's headers hide what maps memory behind it. */
const DEFINE = '#define XC_WANT_COMPAT_MAP_FOREIGN_API';
const XEN_HEADERS = ['xentoollog.h', 'xenctrl.h', 'xenguest.h', 'xen/arch-x86/cpufeatureset.h'];

/** One static assertion a line; each says in words what differs when it fails. */
export function generateCheck({ prototypes, callbacks, layouts, cpuFeatures }: AbiTables): string {
  return [
    DEFINE,
    ...[...HEADERS, ...XEN_HEADERS].map((header) => `#include <${header}>`),
    ...Object.values(prototypes).flatMap((table) =>
      Object.entries(table).map(([name, prototype]) => checkFunction(name, prototype)),
    ),
    ...Object.values(callbacks).map(checkCallback),
    ...Object.values(layouts).flatMap(checkLayout),
    ...cpuFeatures.flatMap(checkFeatures),
    '',
  ].join('\n');
}

function checkFunction(name: string, { returns, args }: Prototype): string {
  return isCompatible(`__typeof__(&${name})`, pointerType(returns.c, args), name);
}

function checkCallback({ returns, args, named: [type, member] }: CallbackPrototype): string {
  const [actual, name] =
    member === undefined
      ? [`${type} *`, type]
      : [`__typeof__(((${type} *)0)->${member})`, `${type}.${member}`];
  return isCompatible(actual, pointerType(returns.c, args), name);
}

function checkLayout({ c: struct, size, fields }: StructLayout): readonly string[] {
  return [
    assert(`sizeof(${struct}) == ${size}`, `${struct} is not of ${size} bytes`),
    ...Object.entries(fields).flatMap(([key, { offset, type, c = key }]) => {
      const bytes = FIELD_BYTES[type];
      const field = `${struct}.${c}`;
      return [
        assert(`offsetof(${struct}, ${c}) == ${offset}`, `${field} is not at offset ${offset}`),
        assert(`sizeof(((${struct} *)0)->${c}) == ${bytes}`, `${field} is not of ${bytes} bytes`),
      ];
    }),
  ];
}

function checkFeatures({ word, names }: FeatureWord): readonly string[] {
  return names.flatMap((name, bit) =>
    name === undefined
      ? []
      : [
          assert(
            `XEN_X86_FEATURE_${name.toUpperCase()} == ${word * 32 + bit}`,
            `the feature ${name} is not bit ${bit} of word ${word}`,
          ),
        ],
  );
}

function isCompatible(actual: string, expected: string, name: string): string {
  return assert(`__builtin_types_compatible_p(${actual}, ${expected})`, `${name} is not ${expected}`);
}

function pointerType(returns: string, args: readonly { readonly c: string }[]): string {
  return `${returns} (*)(${args.map(({ c }) => c).join(', ')})`;
}

function assert(condition: string, otherwise: string): string {
  return `_Static_assert(${condition}, ${JSON.stringify(otherwise)});`;
}
