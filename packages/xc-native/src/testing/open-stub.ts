import { openXen } from '../open-xen.ts';
import type { OpenXenOptions } from '../open-xen.ts';
import type { Xen } from '../xen.ts';
import { DOM0_FILES, makeFakeRoot } from './fake-root.ts';
import type { StubLibrary } from './stub-library.ts';

/** A Xen whose libraries are the stub. */
export async function openStub(stub: StubLibrary, options: OpenXenOptions = {}): Promise<Xen> {
  await using root = await makeFakeRoot({ ...DOM0_FILES, 'sys/hypervisor/version/minor': `${stub.minor}\n` });
  const xen = await openXen({ root: root.path, libraries: stub.libraries, ...options });
  await stub.takeCalls();
  return xen;
}
