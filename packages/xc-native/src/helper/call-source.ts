import { closeSync, writeSync } from 'node:fs';
import { VmToolsError } from '@vm-tools/errors';
import type { Native } from '../koffi/native.ts';
import type { ImageSource } from '../xen.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from './unix-socket.ts';

/** Calls a unix socket and says the token. Node would do it for its event loop; libxc wants a socket that blocks. */
export function callSource(native: Native, { path, token }: ImageSource): number {
  const { socket, connect } = native.functions;
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(path)]); // a little-endian sa_family_t
  const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw unreachable(native);
  if (connect(fd, address, address.length) < 0) {
    const error = unreachable(native);
    closeSync(fd);
    throw error;
  }
  writeSync(fd, token);
  return fd;
}

function unreachable(native: Native): VmToolsError {
  const text = native.functions.strerror(native.errno()) ?? '';
  return new VmToolsError({
    code: 'XEN_IMAGE_UNREACHABLE',
    message: `the image cannot be fetched: ${text}`,
    hint: 'see whether its receiver still runs: it has ended, or takes no more callers',
  });
}
