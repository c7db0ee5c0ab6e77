// The compliance suite of the interface `Xen` on a real one: it runs here, and each of its calls in dom0.
import { describeTidyLab, labHost } from '@vm-tools/lab/testing';
import { xenCompliance } from '@vm-tools/xc-native/testing';
import { verifyLibxc } from '@vm-tools/xen-stream';
import { complianceHost } from './compliance-host.ts';

describeTidyLab('the Xen of Xen', () =>
  xenCompliance(async () => complianceHost(await labHost()), verifyLibxc),
);
