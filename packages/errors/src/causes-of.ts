/** The causes of something that was thrown, the nearest first. It ends although a cause leads back to itself. */
export function causesOf(thrown: unknown): readonly unknown[] {
  const links = new Set([thrown]);
  for (let link = thrown; link instanceof Error && link.cause !== undefined && !links.has(link.cause);) {
    link = link.cause;
    links.add(link);
  }
  return [...links].slice(1);
}
