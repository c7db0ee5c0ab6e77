/** What may have changed since it was last taken. It keeps numbers alone, so it stays small however much news comes. */
export class News {
  readonly #domids = new Set<number>();
  #isOfHost = false;
  #failure: { readonly thrown: unknown } | undefined;
  #arrival = Promise.withResolvers<undefined>();

  /** Domains may have come or gone, or be in another state. */
  ofHost(): void {
    this.#isOfHost = true;
    this.#arrival.resolve(undefined);
  }

  /** Something about this domain may be different. */
  ofDomain(domid: number): void {
    this.#domids.add(domid);
    this.#arrival.resolve(undefined);
  }

  /** There will be no more news, for this reason. */
  end(thrown: unknown): void {
    this.#failure ??= { thrown };
    this.#arrival.resolve(undefined);
  }

  /** Resolves when there is some. */
  get arrival(): Promise<undefined> {
    return this.#arrival.promise;
  }

  /** All that there is; from then on it counts as known. Throws the reason for which there is no more. */
  take(): { readonly isOfHost: boolean; readonly domids: ReadonlySet<number> } {
    if (this.#failure !== undefined) throw this.#failure.thrown;
    const taken = { isOfHost: this.#isOfHost, domids: new Set(this.#domids) };
    this.#isOfHost = false;
    this.#domids.clear();
    this.#arrival = Promise.withResolvers();
    return taken;
  }
}
