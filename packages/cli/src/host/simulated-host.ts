// A file of its own, so that whoever imports it when it is needed loads of xen-wire what a client needs, and no more.
export { connectSimulatedHost, simFolder, simPaths } from '@vm-tools/xen-wire';
