import { QUOTA } from './quota.ts';
import { Refusal } from './refusal.ts';

/** @throws Refusal EINVAL */
export function checkPath(path: string): void {
  // A guest's own folder is not counted: to the guest, what is behind it is the path.
  const counted = path.length - (/^\/local\/domain\/\d{1,5}\//.exec(path)?.[0].length ?? 0);
  if (!/^(\/|(\/[\w@-]+)+)$/.test(path) || counted > QUOTA.pathBytes) throw new Refusal('EINVAL');
}

export function domainPath(domid: number): string {
  return `/local/domain/${domid}`;
}

/** The path that a client means: a relative path is taken relative to its own folder, dom0's to /local/domain/0. */
export function absolutePath(path: string, domid: number): string {
  return /^[/@]/.test(path) ? path : `${domainPath(domid)}/${path}`;
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function childOf(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

/** The path itself, then those above it, up to "/". */
export function* pathsUpwards(path: string): Generator<string, void> {
  for (let at = path; ; at = parentOf(at)) {
    yield at;
    if (at === '/') return;
  }
}
