/**
 * JSON for another process, kept as text: the parsed value takes many times its bytes, and would be made anew each time
 * it is written out.
 */
export class JsonText {
  readonly text: string;

  constructor(value: unknown) {
    this.text = JSON.stringify(value ?? null);
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}
