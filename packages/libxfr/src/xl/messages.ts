/**
 * What `xl migrate` and `xl migrate-receive` say to each other over one stream in each direction (tools/xl/xl.h of Xen
 * 4.17; 4.20 says the same): fixed texts, and the image between them.
 */
export const XL = {
  /** the receiver: it listens */
  banner: 'xl migration receiver ready, send binary domain data.\n',
  /** the receiver, when the guest is there, paused */
  ready: 'domain received, ready to unpause\0',
  /** the sender: the guest is yours; and the receiver, when it gives it back and has destroyed its copy */
  go: 'domain is yours, you are cleared to unpause\0',
  /** the receiver; one byte follows, 0 when the guest runs there */
  report: 'my copy unpause results are as follows\0',
} as const;
