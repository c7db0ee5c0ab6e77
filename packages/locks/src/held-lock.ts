/** A lock that is held until it is disposed of, or this process ends, however it does. */
export interface FileLock extends AsyncDisposable {
  readonly path: string;
}

/** Lets go once, however often it is called: the number of a file that is closed may be another one's by then. */
export function heldLock(path: string, release: () => void): FileLock {
  let isHeld = true;
  return {
    path,
    [Symbol.asyncDispose]() {
      return new Promise((resolve) => {
        if (isHeld) {
          isHeld = false;
          release();
        }
        resolve();
      });
    },
  };
}
