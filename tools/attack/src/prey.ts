/** The certificate of a caller that speaks TLS; none if it has no key. */
export interface Shown {
  readonly key?: string;
  readonly cert?: string;
}

/** The attackers' knowledge of the host that they attack: data alone, for they are another thread. */
export interface Prey {
  /** where xfrd listens */
  readonly port: number;
  /** the folder of its files */
  readonly root: string;
  /** a path that is a kernel on it */
  readonly kernel: string;
  /** trusted, and may send */
  readonly peer: Shown;
  /** trusted, and may send nothing */
  readonly limited: Shown;
  /** not known */
  readonly stranger: Shown;
  /** ids of transfers that have come from another peer */
  readonly others: readonly string[];
  /** the name of a guest that lives there */
  readonly resident: string;
}
