/** What the words of a command line are that names configurations. */
export interface FilesAndSettings {
  readonly files: readonly string[];
  /** "key=value" */
  readonly settings: readonly string[];
}

/** The first word is a file, whatever its name; behind it what has an equals sign is a setting, and all else a file. */
export function filesAndSettings([first = '', ...rest]: readonly string[]): FilesAndSettings {
  const isSetting = (word: string): boolean => word.includes('=');
  return {
    files: [first, ...rest.filter((word) => !isSetting(word))],
    settings: rest.filter(isSetting),
  };
}
