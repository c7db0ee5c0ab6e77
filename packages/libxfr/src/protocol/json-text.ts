/**
 * JSON that is for somebody else, kept as the text that it is: what it stands for takes many times its bytes, and is
 * made anew whenever it is written out, which is when somebody has a use for it.
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
