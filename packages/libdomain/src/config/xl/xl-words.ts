/** The words of xl.cfg, within a device, for what JSON calls otherwise. */
const XL_WORDS: Readonly<Record<string, string>> = {
  backendType: 'backendtype',
  directIoSafe: 'direct-io-safe',
  gatewayDevice: 'gatewaydev',
  id: 'devid',
  vncListen: 'vnclisten',
  vncDisplay: 'vncdisplay',
  vncUnused: 'vncunused',
  vncPassword: 'vncpasswd',
  securityModel: 'security_model',
};

/** What xl.cfg calls this field of a device. */
export function xlWordOf(field: string): string {
  return XL_WORDS[field] ?? field;
}
