import { closeSync } from 'node:fs';
import { VmToolsError } from '@vm-tools/errors';
import { readDomainInfo } from '../calls/domain-info.ts';
import type { Libxc } from '../libxc.ts';
import type { RingFrames } from '../xen.ts';
import { buildDomain } from './jobs/build.ts';
import { dumpDomain } from './jobs/dump.ts';
import { restoreDomain } from './jobs/restore.ts';
import { saveDomain } from './jobs/save.ts';
import { callSource } from './call-source.ts';
import { withFileAt } from './file-at.ts';
import { DATA_FD, type Job } from './messages.ts';
import type { ParentLink } from './parent-link.ts';

/** @returns the frames of the rings where the job makes some */
export function runJob(libxc: Libxc, job: Job, parent: ParentLink): RingFrames | undefined {
  const { domid } = job;
  const checkpoint = (call: string): void => {
    if (parent.ask({ type: 'step', call }) === 'abort') throw interrupted(call);
  };
  switch (job.kind) {
    case 'build':
      return buildDomain(libxc, domid, job.spec, checkpoint);
    case 'save':
      checkpoint('xc_domain_save');
      if (job.into === undefined) saveDomain(libxc, domid, job, parent, DATA_FD);
      else withFileAt(libxc, domid, job.into, 'r+', (fd) => saveDomain(libxc, domid, job, parent, fd));
      return undefined;
    case 'restore': {
      // libxc says it before it reads, so it needs no image for that.
      if (readDomainInfo(libxc, domid) === undefined) return restoreDomain(libxc, domid, job.spec, DATA_FD);
      const { answer, image } = parent.askWhere({ type: 'image' });
      if (answer === 'abort') throw interrupted('xc_domain_restore');
      if (image === undefined) return restoreDomain(libxc, domid, job.spec, DATA_FD);
      if ('at' in image)
        return withFileAt(libxc, domid, image, 'r', (file) => {
          parent.send({ type: 'reading', fd: file });
          return restoreDomain(libxc, domid, job.spec, file);
        });
      const fd = callSource(libxc.native, image);
      try {
        return restoreDomain(libxc, domid, job.spec, fd);
      } finally {
        closeSync(fd);
      }
    }
    case 'dump':
      checkpoint('xc_domain_dumpcore_via_callback');
      dumpDomain(libxc, domid);
      return undefined;
    case 'destroy':
      checkpoint('xc_domain_destroy');
      libxc.callOn('xc_domain_destroy', domid);
      return undefined;
  }
}

function interrupted(call: string): VmToolsError {
  return new VmToolsError({
    code: 'INTERRUPTED',
    kind: 'interrupted',
    message: `interrupted before ${call}`,
  });
}
