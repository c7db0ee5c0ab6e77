export { commandOf, holdDomain, type Hold, type HoldOptions } from './hold-domain.ts';
export { noTransfers, type Transfers, type UndecidedTransfer } from '../transfers.ts';
