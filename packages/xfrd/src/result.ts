import type { TransferSummary } from '@vm-tools/libxfr';

/** Behind the service: of the one domain that `--once` and `--stdio` take, what has come. */
export type ServiceEnded = { readonly state: 'ended' } & Partial<TransferSummary>;
