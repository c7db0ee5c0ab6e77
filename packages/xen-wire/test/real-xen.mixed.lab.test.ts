// The same suite on the newer Xen.
import { describeTidyLab, labHosts } from '@vm-tools/lab/testing';
import { xenCompliance } from '@vm-tools/xc-native/testing';
import { verifyLibxc } from '@vm-tools/xen-stream';
import { complianceHost } from './compliance-host.ts';

describeTidyLab('the Xen of Xen, newer', () =>
  xenCompliance(async () => complianceHost((await labHosts()).b), verifyLibxc),
);
