/** Names of the domain that runs this. */
const HERE: readonly string[] = ['0', 'Domain-0'];

/** Whether dom0 serves a device, by the name of its backend domain: xl takes "0" and "Domain-0" for none. */
export function isHere({ backend }: { readonly backend?: string | undefined }): boolean {
  return backend === undefined || HERE.includes(backend);
}
