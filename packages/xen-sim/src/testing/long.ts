/** A setting of a guest whose image takes a while to send: a PVH domain has a list of a million frames. */
export const LONG = 'type=pvh';
