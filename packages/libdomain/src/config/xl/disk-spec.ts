import { DISK_FORMATS, type DiskInput } from '../devices/disk.ts';
import { SpecError } from './spec-error.ts';

/** What is known of a disk while its parts are read one after the other. */
type Draft = { -readonly [Key in keyof DiskInput]?: DiskInput[Key] } & {
  /** Behind one of the old prefixes there is no format. */
  hasPrefix?: boolean;
  /** The fourth part without a key replaces what `access=` has said. */
  hasAccess?: boolean;
};

const ACCESS: Readonly<Record<string, 'ro' | 'rw'>> = {
  r: 'ro',
  ro: 'ro',
  w: 'rw',
  rw: 'rw',
  '': 'rw',
};

/** Keys with a value. The last ones are of xl and not of these tools. */
const SETTERS: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  format: setFormat,
  access: setAccess,
  devtype: setType,
  backendtype: setBackendType,
  specification: setSpecification,
  vdev: (draft, value) => setText(draft, 'vdev', value),
  script: (draft, value) => setText(draft, 'script', value),
  backend: (draft, value) => setText(draft, 'backend', value),
  ...Object.fromEntries(
    ['colo-host', 'colo-port', 'colo-export', 'active-disk', 'hidden-disk'].map((key) => [
      key,
      () => refuse(`${key}=`),
    ]),
  ),
};

/** Words that stand alone. */
const FLAGS: Readonly<Record<string, (draft: Draft) => void>> = {
  cdrom: (draft) => void (draft.type = 'cdrom'),
  discard: (draft) => void (draft.discard = true),
  'no-discard': (draft) => void (draft.discard = false),
  'direct-io-safe': (draft) => void (draft.directIoSafe = true),
  trusted: (draft) => void (draft.trusted = true),
  untrusted: (draft) => void (draft.trusted = false),
  colo: () => refuse('colo'),
  'no-colo': () => undefined,
};

const FORMAT_PREFIX = /^(raw|qcow2?|vhd):/;
const SCRIPT_PREFIX = /^(iscsi|e?nbd|drbd):/;
const IDLE_PREFIX = /^(tapdisk|tap2?|aio|ioemu|file|phy):/;
const UNKNOWN_PREFIX = /^[a-z][a-z0-9]*:(?![a-z0-9])/;

/**
 * Reads a disk as xl 4.17 writes one: `TARGET,FORMAT,VDEV,ACCESS` in this order, with keys such as `vdev=xvda`
 * anywhere between, of which `target=` takes all that follows. The prefixes of older toolstacks, as in
 * `phy:/dev/vg/web,xvda,w`, stand for a format or a script, or for nothing.
 *
 * @throws SpecError with the reason that xl gives
 */
export function readDiskSpec(spec: string): DiskInput {
  const draft: Draft = {};
  for (let rest = spec.trimStart(); rest !== ''; rest = rest.trimStart()) rest = readPart(draft, rest);
  return finish(draft);
}

/** Reads what the rest of a specification begins with, and returns what is behind it. */
function readPart(draft: Draft, rest: string): string {
  const behind = readPrefix(draft, rest);
  if (behind !== undefined) return behind;
  const target = /^target=(.*?),?$/s.exec(rest)?.[1];
  if (target !== undefined) {
    setText(draft, 'target', target);
    return '';
  }
  const [part, word = ''] = /^([^,]*),?/.exec(rest) ?? [''];
  const [, key = '', value = ''] = /^([a-z][-a-z0-9]*)=(.*)$/s.exec(word) ?? [];
  if (Object.hasOwn(FLAGS, word)) FLAGS[word]?.(draft);
  else if (Object.hasOwn(SETTERS, key)) SETTERS[key]?.(draft, value);
  else if (key !== '' && value !== '') throw new SpecError('unknown parameter', word);
  else if (word.includes('='))
    throw new SpecError(
      'bad disk syntax',
      word,
      'name a target that has "=" in it by target=, which comes last',
    );
  else setPositional(draft, word);
  return rest.slice(part.length);
}

function readPrefix(draft: Draft, rest: string): string | undefined {
  const [prefix, name = ''] =
    FORMAT_PREFIX.exec(rest) ??
    SCRIPT_PREFIX.exec(rest) ??
    IDLE_PREFIX.exec(rest) ??
    UNKNOWN_PREFIX.exec(rest) ??
    [];
  if (prefix === undefined) return undefined;
  if (FORMAT_PREFIX.test(prefix)) setFormat(draft, name);
  else if (SCRIPT_PREFIX.test(prefix)) setText(draft, 'script', `block-${name}`);
  else if (!IDLE_PREFIX.test(prefix))
    throw new SpecError(
      'unknown deprecated disk prefix',
      prefix,
      'leave the prefix out, or name the target by target=, which comes last',
    );
  draft.hasPrefix = true;
  return rest.slice(prefix.length);
}

/** What has no key: target, format, virtual device and access, each if it is not known yet. */
function setPositional(draft: Draft, word: string): void {
  if (draft.target === undefined) draft.target = word;
  else if (draft.hasPrefix !== true && draft.format === undefined) {
    if (draft.target === '' && setVdevAndType(draft, word)) draft.format = 'empty';
    else setFormat(draft, word);
  } else if (draft.vdev === undefined) {
    if (!setVdevAndType(draft, word)) draft.vdev = word;
  } else if (draft.hasAccess !== true) {
    setAccess(draft, word);
    draft.hasAccess = true;
  } else throw new SpecError('too many positional parameters', word);
}

/** The old `hdc:cdrom`. */
function setVdevAndType(draft: Draft, word: string): boolean {
  const [, vdev, type = ''] = /^(.*):(.*)$/s.exec(word) ?? [];
  if (vdev === undefined) return false;
  setText(draft, 'vdev', vdev);
  if (type !== 'cdrom' && type !== 'disk')
    throw new SpecError('unknown deprecated type', type, 'write cdrom or disk');
  draft.type = type;
  return true;
}

function setText(draft: Draft, key: 'target' | 'vdev' | 'script' | 'backend', value: string): void {
  if (draft[key] !== undefined && draft[key] !== '') throw new SpecError(`${key} respecified`, value);
  draft[key] = value;
}

function setFormat(draft: Draft, word: string): void {
  const format = word === '' ? 'raw' : DISK_FORMATS.find((known) => known === word);
  if (format === undefined)
    throw new SpecError('unknown value for format', word, `known formats: ${DISK_FORMATS.join(', ')}`);
  if (draft.format !== undefined && draft.format !== format) throw new SpecError('format respecified', word);
  draft.format = format;
}

function setAccess(draft: Draft, word: string): void {
  const access = ACCESS[word];
  if (access === undefined)
    throw new SpecError('unknown value for access', word, 'write w to let the guest write, or r');
  draft.access = access;
}

function setType(draft: Draft, word: string): void {
  if (word !== 'cdrom' && word !== 'disk')
    throw new SpecError('unknown value for type', word, 'write cdrom or disk');
  draft.type = word;
}

function setBackendType(draft: Draft, word: string): void {
  if (word === 'tap' || word === 'standalone') refuse(`backendtype=${word}`);
  if (word !== 'phy' && word !== 'qdisk')
    throw new SpecError('unknown value for backendtype', word, 'write phy or qdisk, or leave it out');
  if (draft.backendType !== undefined && draft.backendType !== word)
    throw new SpecError('backend respecified', word);
  draft.backendType = word;
}

function setSpecification(_: Draft, word: string): void {
  if (word === 'virtio') refuse('specification=virtio');
  if (word !== 'xen') throw new SpecError('unknown value for specification', word, 'leave it out');
}

function refuse(what: string): never {
  throw new SpecError(`${what} is not supported yet`, undefined, undefined, 'CONFIG_UNSUPPORTED');
}

/** As libxlu_disk.c does: what is not said, and what follows for a cdrom. */
function finish({ hasPrefix: _, hasAccess: __, ...draft }: Draft): DiskInput {
  const { vdev, target = '' } = draft;
  if (vdev === undefined)
    throw new SpecError('no vdev specified', undefined, 'name a virtual disk, as in /dev/vg/web,raw,xvda,w');
  if (draft.target === undefined && draft.type !== 'cdrom')
    throw new SpecError(
      'no target specified',
      undefined,
      'name the image or device that it is, first of all',
    );
  if (draft.type !== 'cdrom') return { ...draft, target, vdev };
  return { ...draft, target, vdev, access: 'ro', ...(target === '' ? { format: 'empty' as const } : {}) };
}
