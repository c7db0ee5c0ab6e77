import { join } from 'node:path';

/** What is known of each guest that starts with the host: `UUID.json`. */
export const autostartFolder = (root: string): string => join(root, 'var/lib/vm-tools/autostart');

/** The images of guests that went down with the host, `UUID.img`, and what is known of each, `UUID.json`. */
export const savedFolder = (root: string): string => join(root, 'var/lib/vm-tools/saved');

/** Held by the one process that takes guests down or brings them back. */
export const lifeLockPath = (root: string): string => join(root, 'run/vm-tools/host-life.lock');
