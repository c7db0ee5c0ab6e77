import type { DomainEventType } from '@vm-tools/libdomain';

/** The MESSAGE_ID of each type of event. Searches and catalogues of operators name them: they never change. */
export const MESSAGE_IDS: Readonly<Record<DomainEventType, string>> = {
  created: '0e112ae7a2ee4d9baa55c644519993ef',
  arriving: '39d6aa37b9a24758b88433789dfddc6a',
  started: '4aa07531158c479d86c67993aa982b52',
  paused: '0648a2594a8b4b7a87a2eee76c8a1b9c',
  unpaused: '9cc7d9af456549bda9dd8d797a7674f2',
  asked: '46d5a2dc206642428c6829924f0857ef',
  answered: 'f9ae769e226e4c7183bf5e98198e5042',
  suspended: '60271fc6d76a47a0ac6504c7a829ed4a',
  resumed: '4f3dcaabecea4f83b0ccf49f8849e903',
  'shut-down': 'a112064e12894284bf0a1495f83db85d',
  crashed: '167586f98e024cfdaa0cb09cddbc2055',
  dying: 'b9204c80bd20438e9982bec220ad06f4',
  gone: '4134c1b5837249b3b9aea9b962994485',
  renamed: '84f7d778903c46eb9c2fdebe0a111de0',
  'memory-target': 'c09c9e2f62164a3780c0c2aec90068b6',
  'device-added': 'ba7d44ccbf6546bbb4754f82f3e8ab18',
  'device-state': '7e50d996178f4173a409f6af4a5327de',
  'device-removed': 'e7df3dd109a9460f8b1a5579ac5ddd86',
};
