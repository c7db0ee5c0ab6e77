import type { Survivor } from './result.ts';

/** A change that no test can notice, or that none needs to, and why. */
export interface Explanation {
  readonly file: string;
  /** as a survivor has it; every change of this text is meant where there is no `replacement` */
  readonly original: string;
  readonly replacement?: string;
  readonly why: string;
}

/** All of them. Whatever survives and is not here is a test that is missing. */
export const EXPLAINED: readonly Explanation[] = [
  {
    file: 'packages/locks/src/file-lock.ts',
    original: "'exclusive'",
    why: 'the types let nothing through but this and "unlock", and whatever is not "unlock" locks',
  },
  {
    file: 'packages/locks/src/file-lock.ts',
    original: 'there.dev === ours.dev',
    replacement: 'true',
    why: 'it makes a difference when a file system is mounted over the folder between two calls, and has given the same number to a file of that name: no test can mount one',
  },
  {
    file: 'packages/locks/src/holder.ts',
    original: '{ return undefined; }',
    why: 'what cannot be read leaves nothing behind, and nothing names no holder either, as the lines below say',
  },
  {
    file: 'packages/locks/src/lock-folder.ts',
    original: 'process.geteuid?.()',
    why: 'it is there wherever Xen runs, which the types do not know',
  },
  {
    file: 'packages/locks/src/poll.ts',
    original: 'leftMs <= 0',
    replacement: 'leftMs < 0',
    why: 'one try more when the time is up in the very instant at which it is looked at',
  },
  {
    file: 'packages/locks/src/read-holder.ts',
    original: "'utf8'",
    why: 'bytes become a text of UTF-8 where they are read as JSON',
  },
  {
    file: 'packages/locks/src/record-lock.ts',
    original: 'true',
    replacement: 'false',
    why: 'whatever is not undefined ends the wait, and says that it is taken',
  },
  {
    file: 'packages/libxfr/src/journal/forgettable.ts',
    original: 'entries.at(-1)?.at',
    replacement: 'entries.at(-1).at',
    why: 'a journal has a line at least, which the types do not say',
  },
  {
    file: 'packages/libxfr/src/journal/known-transfer.ts',
    original: 'entries[0]?.at',
    replacement: 'entries[0].at',
    why: 'a journal has a line at least, which the types do not say',
  },
  {
    file: 'packages/libxfr/src/journal/known-transfer.ts',
    original: 'entries.at(-1)?.at',
    replacement: 'entries.at(-1).at',
    why: 'a journal has a line at least, which the types do not say',
  },
  ...['side === undefined', 'retry === undefined'].map((original) => ({
    file: 'packages/libxfr/src/journal/format/fit-error.ts',
    original,
    replacement: 'false',
    why: 'what is undefined is not in JSON, and it is kept as nothing else',
  })),
  ...[
    'parsed !== undefined && (parsed.uuid ?? guest) === guest',
    '(parsed.uuid ?? guest) === guest',
    'parsed.uuid ?? guest',
    'names?.some(isOwn) === false',
  ].map((original) => ({
    file: 'packages/libxfr/src/journal/undecided-transfer.ts',
    original,
    why: 'the whole look says the same; that it is not even loaded is asked in a process of its own, which is not run for a change',
  })),
  {
    file: 'packages/trust/src/peers/matches-domain.ts',
    original: "''",
    why: 'a text that is split has a first part, which the types do not say',
  },
  {
    file: 'packages/trust/src/peers/authorise.ts',
    original: 'maxMemoryMib !== undefined',
    replacement: 'true',
    why: 'nothing is more than undefined',
  },
  {
    file: 'packages/trust/src/peers/check-peer.ts',
    original: "{ subject: 'never' }",
    why: 'it is asked of certificates that have a name where names stand, and with one of these the common name does not count',
  },
  {
    file: 'packages/trust/src/trust.ts',
    original: '[]',
    why: 'who leaves has come, which the types do not know',
  },
  ...['true', 'active.length >= 0'].map((replacement) => ({
    file: 'packages/trust/src/trust.ts',
    original: 'active.length > 0',
    replacement,
    why: 'an empty list says the same as none, and only takes room',
  })),
  {
    file: 'packages/trust/src/fingerprint.ts',
    original: '/=+$/',
    why: 'the hash of 32 bytes ends with one such sign, and has no other',
  },
  {
    file: 'packages/xen-stream/src/libxc/pfn-run.ts',
    original: 'list.readUInt32LE(list.length - WORD_BYTES) !== first + count - 1',
    replacement: 'false',
    why: 'it is the quick no: the comparison of all lower halves says the same',
  },
  {
    file: 'packages/xen-stream/src/libxc/pfn-run.ts',
    original: 'expected?.half === half && expected.word === word',
    replacement: 'false',
    why: 'what is there already is only made again',
  },
  {
    file: 'packages/xen-stream/src/libxc/pfn-run.ts',
    original: 'half < HALVES',
    replacement: 'half <= HALVES',
    why: 'what lies behind the end of an array of this kind is not written',
  },
  {
    file: 'packages/trust/src/fingerprint.ts',
    original: "typeof subject !== 'string'",
    replacement: 'true',
    why: 'a text has no type of a key',
  },
  {
    file: 'packages/trust/src/name.ts',
    original: '/^CN=(.*)$/m',
    replacement: '/^CN=(.*)/m',
    why: 'any letters but the end of a line are all up to there',
  },
  {
    file: 'packages/trust/src/name.ts',
    original: 'name !== undefined',
    replacement: 'true',
    why: 'whether undefined is taken or not, it is undefined',
  },
  {
    file: 'packages/trust/src/peers/peers.ts',
    original: '[]',
    why: 'only names that end with .json are looked at',
  },
  {
    file: 'packages/trust/src/peers/peers.ts',
    original: 'names.sort()',
    why: 'Node lists a folder in this order by itself, and does not promise it',
  },
  {
    file: 'packages/trust/src/peers/peers.ts',
    original: "'folder'",
    why: 'it shows at a power cut alone, after which a peer that was trusted in that second is to be trusted again',
  },
  {
    file: 'packages/trust/src/peers/peers.ts',
    original: "'utf8'",
    why: 'bytes become a text of UTF-8 where they are read as JSON',
  },
  ...['Math.ceil(this.#ceiling / 32)', 'this.#ceiling / 32', '2 * this.#words.length'].map((original) => ({
    file: 'packages/xen-stream/src/libxc/pfn-bitmap.ts',
    original,
    why: 'how much room is made ahead changes nothing of what it says',
  })),
  {
    file: 'packages/xen-stream/src/libxc/pfn-bitmap.ts',
    original: 'Math.min(limit, Math.max(words, 2 * this.#words.length, FIRST_WORDS))',
    why: 'how much room is made ahead changes nothing of what it says',
  },
  {
    file: 'packages/xen-stream/src/libxc/record-rules.ts',
    original: 'length - min',
    replacement: 'length + min',
    why: 'the least length of each record is a whole number of its steps',
  },
  {
    file: 'packages/xen-stream/src/libxc/page-data.ts',
    original:
      '{ const type = typeOfRun(list); const [first, count] = [list.readUInt32LE(0), list.length / 8]; const last = first + cou',
    replacement: '{}',
    why: 'the slow way, pfn by pfn, says the same',
  },
  {
    file: 'packages/xen-stream/src/libxc/page-data.ts',
    original: 'type === undefined || last >= endPfn',
    replacement: 'true',
    why: 'the slow way, pfn by pfn, says the same',
  },
  {
    file: 'packages/xen-stream/src/libxc/page-data.ts',
    original: '!populated.isEmptyAround(first, last)',
    replacement: 'true',
    why: 'the slow way, pfn by pfn, says the same',
  },
  ...['true', 'at >= passed'].map((replacement) => ({
    file: 'packages/xen-stream/src/libxc/verifier.ts',
    original: 'at > passed',
    replacement,
    why: 'no bytes are passed on besides, which changes nothing for their reader',
  })),
  ...['true', 'this.#staged.length <= this.#unitBytes'].map((replacement) => ({
    file: 'packages/xen-stream/src/libxc/verifier.ts',
    original: 'this.#staged.length < this.#unitBytes',
    replacement,
    why: 'another buffer of the right size is made, with the same bytes',
  })),
  {
    file: 'packages/xen-stream/src/libxc/verifier.ts',
    original: 'this.#unitBytes - this.#stagedBytes',
    replacement: 'this.#unitBytes + this.#stagedBytes',
    why: 'no more is copied than there is room for',
  },
  ...[
    { original: 'this.#stagedBytes === 0 && left >= this.#unitBytes', replacement: 'false' },
    { original: 'left >= this.#unitBytes', replacement: 'left > this.#unitBytes' },
  ].map((change) => ({
    file: 'packages/xen-stream/src/libxc/verifier.ts',
    ...change,
    why: 'a unit that is there at once is copied first, which takes longer and ends the same',
  })),
  {
    file: 'packages/xen-stream/src/libxc/verifier.ts',
    original: 'unit.length === RECORD_HEADER_BYTES',
    replacement: 'true',
    why: 'a header that has been checked is checked again, which says the same',
  },
  {
    file: 'packages/xen-stream/src/libxc/header.ts',
    original: 'bytes.length < MAGIC.length',
    replacement: 'false',
    why: 'fewer bytes are not equal to the magic either',
  },
  {
    file: 'packages/xen-stream/src/libxc/hvm-records.ts',
    original: 'pfn >= state.maxPfns',
    replacement: 'pfn > state.maxPfns',
    why: 'a pfn at the limit has no page, as it would have been refused',
  },
  {
    file: 'packages/libxfr/src/journal/stored-journals.ts',
    original: '!(thrown instanceof VmToolsError)',
    replacement: 'false',
    why: 'whatever fails there has been made one of ours',
  },
  {
    file: 'packages/libxfr/src/journal/stored-journals.ts',
    original: 'found === undefined',
    replacement: 'false',
    why: 'of what was not found nothing is read either, which is asked beside it',
  },
  {
    file: 'packages/libxfr/src/journal/stored-journals.ts',
    original: "'write'",
    why: 'the words of that error are not taken, only what it means',
  },
  {
    file: 'packages/libxfr/src/journal/stored-journals.ts',
    original: 'entries[0]?.at',
    replacement: 'entries[0].at',
    why: 'a journal has a line at least, which the types do not say',
  },
  {
    file: 'packages/libxfr/src/journal/format/lines.ts',
    original: "''",
    why: 'a text that is split has a first part, which the types do not say',
  },
  {
    file: 'packages/libxfr/src/journal/format/lines.ts',
    original: '{ return undefined; }',
    why: 'a function that ends without saying anything says that, too',
  },
  {
    file: 'packages/libxfr/src/journal/standing.ts',
    original: "'user'",
    why: 'a tool that is not "xl" keeps to the rule',
  },
  {
    file: 'packages/libxfr/src/journal/storage/host-id.ts',
    original: "''",
    why: 'the kernel gives each start of a host a number wherever Xen runs',
  },
  {
    file: 'packages/libxfr/src/journal/storage/host-id.ts',
    original: "'utf8'",
    why: 'bytes become a text of UTF-8 where they are put into one',
  },
  {
    file: 'packages/libxfr/src/journal/storage/host-id.ts',
    original: "'nothing'",
    why: 'then it is synced besides, which takes longer and says nothing else',
  },
  {
    file: 'packages/libxfr/src/journal/storage/memory-storage.ts',
    original: 'async () => Promise.resolve()',
    why: 'it is awaited, so that it may as well be no promise',
  },
  {
    file: 'packages/libdomain/src/transfer/admission/target-checks.ts',
    original: '{ return undefined; }',
    why: 'a function that ends without saying anything says that, too',
  },
  {
    file: 'packages/libdomain/src/transfer/admission/xen-version.ts',
    original: '[]',
    why: 'only what comes second and third is looked at',
  },
  {
    file: 'packages/libdomain/src/transfer/admission/xen-version.ts',
    original: 'major === undefined || minor === undefined',
    replacement: 'major === undefined && minor === undefined',
    why: 'both are there, or neither, which the types do not know',
  },
  ...['major === undefined', 'minor === undefined'].map((original) => ({
    file: 'packages/libdomain/src/transfer/admission/xen-version.ts',
    original,
    replacement: 'false',
    why: 'both are there, or neither, which the types do not know',
  })),
  {
    file: 'packages/libdomain/src/transfer/admission/run-checks.ts',
    original: 'others.length === 0',
    replacement: 'false',
    why: 'one message that is joined is that message',
  },
  {
    file: 'packages/libdomain/src/places/require-allowed.ts',
    original: 'process.geteuid?.()',
    why: 'it is there wherever Xen runs, which the types do not know',
  },
  {
    file: 'packages/libdomain/src/places/rules.ts',
    original: "'utf8'",
    why: 'bytes become a text of UTF-8 where they are read as JSON',
  },
  {
    file: 'packages/libdomain/src/places/seal.ts',
    original: '{ return false; }',
    why: 'what cannot be read has no seal, as the lines below say',
  },
  {
    file: 'packages/libdomain/src/places/seal.ts',
    original: 'config === null',
    replacement: 'false',
    why: 'null has no seal, which is asked beside it',
  },
  {
    file: 'packages/libdomain/src/hold/hold-domain.ts',
    original: '() => Promise.resolve()',
    why: 'it is awaited, so that it may as well be no promise',
  },
  {
    file: 'packages/libdomain/src/hold/hold-domain.ts',
    original: '`the hold of ${uuid} is none of ${domain.uuid}`',
    why: 'words for the author of a program that has a mistake',
  },
  ...['true', 'waitMs >= 0'].map((replacement) => ({
    file: 'packages/libdomain/src/hold/hold-domain.ts',
    original: 'waitMs > 0',
    replacement,
    why: 'who waits for no time tries once, as who does not wait',
  })),
  {
    file: 'packages/libdomain/src/reservations.ts',
    original: 'this.#ends += 1',
    why: 'it is only seen whether it has changed, and it never goes the other way',
  },
  {
    file: 'packages/libxfr/src/session/answers.ts',
    original: 'entries.at(-1)?.at',
    replacement: 'entries.at(-1).at',
    why: 'a journal has a line at least, which the types do not say',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original:
      'Object.entries(wanted).every(([effect, value]) => (step as Record<string, unknown>)[effect] === value)',
    why: 'one thing is wanted at a time, so that one of all and all of one are the same',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original: "leaves !== undefined && 'leaves' in leaves",
    why: 'an action that is allowed has a step in the table, and each of these says what it leaves, which the types do not know',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original: 'leaves !== undefined',
    why: 'an action that is allowed has a step in the table, which the types do not know',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original: "'act' in step",
    replacement: 'true',
    why: 'what comes next by itself is either written or done, never said, which the types do not know',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original: '() => Promise.resolve()',
    why: 'it is awaited, so that it may as well be no promise',
  },
  ...['true', 'left >= 0'].map((replacement) => ({
    file: 'packages/libxfr/src/target/offer-room.ts',
    original: 'left > 0',
    replacement,
    why: 'a peer that has nothing of the room counts the same whether it stands there with 0 or not at all',
  })),
];

/** Why a change may survive; undefined if it is not explained. */
export function whyAllowed({ file, original, replacement }: Survivor): string | undefined {
  return EXPLAINED.find(
    (explained) =>
      explained.file === file &&
      explained.original === original &&
      (explained.replacement === undefined || explained.replacement === replacement),
  )?.why;
}
