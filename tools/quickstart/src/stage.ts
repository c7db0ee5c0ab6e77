import { VmToolsError } from '@vm-tools/errors';
import chalk from 'chalk';

/** A prompt at which commands are typed. */
export interface Prompt {
  /** A command as it is shown, with the prompt in front of it. */
  line(command: string): string;
  /**
   * Runs a command with this terminal, so that a progress bar is one. What it says on stdout is needed twice: on the
   * screen, and for the summary.
   */
  type(command: string): Promise<{ readonly status: number; readonly stdout: string }>;
  /** The logs to look at when a command has failed. */
  readonly logs: string;
}

/** A host of the play. */
export interface StageHost extends Prompt {
  readonly name: string;
  /** All that the guest has written to its console on this host. */
  readConsole(guest: string): Promise<string>;
}

/** One line of the summary at the end. */
interface Scene {
  readonly what: string;
  readonly seconds: number;
  /** The result, in one line. */
  readonly result: string;
}

/** Shows commands as if they were typed, and remembers how long each took. */
export class Stage {
  readonly #scenes: Scene[] = [];

  say(text: string): void {
    console.log(`\n${chalk.bold(text)}`);
  }

  /**
   * A failure ends the play.
   * @param what how the summary calls it; without it the summary does not know of it
   * @param tell makes the summary's words of what was said on stdout
   * @returns what was said on stdout
   */
  async type(
    prompt: Prompt,
    command: string,
    what?: string,
    tell: (said: string) => string | Promise<string> = (said) => said,
  ): Promise<string> {
    console.log(chalk.cyan(prompt.line(command)));
    const startedAt = performance.now();
    const { status, stdout } = await prompt.type(command);
    const seconds = (performance.now() - startedAt) / 1000;
    if (status !== 0) {
      throw new VmToolsError({
        code: 'QUICKSTART_COMMAND',
        message: `"${prompt.line(command)}" ended with status ${status}; logs: ${prompt.logs}`,
      });
    }
    const said = stdout.trim();
    if (what !== undefined)
      this.#scenes.push({ what, seconds, result: await tell(said.replaceAll('\n', '; ')) });
    return said;
  }

  /** Shows the last lines of the guest. */
  async showConsole(host: StageHost, guest: string, lines: number): Promise<void> {
    console.log(chalk.dim(`console of ${guest} on host ${host.name}:`));
    const text = await host.readConsole(guest);
    for (const line of text.trimEnd().split(/\r*\n/).slice(-lines)) console.log(chalk.dim(`  ${line}`));
  }

  summary(): void {
    this.say('Summary');
    const width = Math.max(...this.#scenes.map(({ what }) => what.length));
    for (const { what, seconds, result } of this.#scenes) {
      console.log(`  ${what.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${result}`.trimEnd());
    }
  }
}
