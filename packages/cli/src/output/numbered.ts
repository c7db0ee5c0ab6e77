/** Steps for people, in their order: each line with its number in front. */
export function numbered(lines: readonly string[]): string[] {
  return lines.map((line, index) => `${String(index + 1).padStart(3)}  ${line}`);
}
