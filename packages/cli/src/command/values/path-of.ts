/** The path of a file that a command line names. */
export function pathOf(file: string): string {
  return file === '-' ? '/dev/stdin' : file;
}
