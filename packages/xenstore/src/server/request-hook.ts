/** A request as it arrives, before anything has been done about it. */
export interface StoreRequest {
  /** "read", "write", "setPermissions", "transactionEnd", "introduce", … */
  readonly name: string;
  /** absolute; undefined when the request is not about a path */
  readonly path: string | undefined;
  /** of the client */
  readonly domid: number;
}

/** For tests, and for faults of a simulated host. */
export interface RequestHook {
  /**
   * Asked before each request of the connection, which waits for the answer. When it rejects, the request is refused
   * with the errno that `details.errnoName` or `details.errno` of the error names, or with EIO. Undefined is an answer
   * without a wait.
   *
   * @param signal fires when the connection has ended
   */
  readonly before?: (request: StoreRequest, signal: AbortSignal) => Promise<void> | undefined;
}
