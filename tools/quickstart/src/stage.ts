import type { LabHost } from '@vm-tools/lab';
import chalk from 'chalk';

/** One line of the summary at the end. */
export interface Scene {
  readonly what: string;
  readonly seconds: number;
  /** What the command said on stdout, in one line. */
  readonly said: string;
}

/** Shows commands on the hosts as if they were typed there, and remembers how long each took. */
export class Stage {
  readonly scenes: Scene[] = [];

  say(text: string): void {
    console.log(`\n${chalk.bold(text)}`);
  }

  /** Runs a command with this terminal, so that a progress bar is one; a failure ends the play. */
  async type(host: LabHost, command: string, what?: string): Promise<void> {
    console.log(`${chalk.cyan(`${host.name}#`)} ${command}`);
    const startedAt = performance.now();
    // stdout is needed twice: on the screen, and for the summary. pipefail keeps the status of the command.
    const status = await host.interact(`bash -o pipefail -c '${command} | tee /run/lab/said'`);
    const seconds = (performance.now() - startedAt) / 1000;
    if (status !== 0)
      throw new Error(`${command} ended with status ${status} on host ${host.name}; logs: ${host.logs}`);
    if (what === undefined) return;
    const said = (await host.run('cat /run/lab/said')).trim().replaceAll('\n', '; ');
    this.scenes.push({ what, seconds, said });
  }

  /** What the guest has written last. */
  async showConsole(host: LabHost, guest: string, lines: number): Promise<void> {
    console.log(chalk.dim(`console of ${guest} on host ${host.name}:`));
    const text = await host.readConsole(guest);
    for (const line of text.trimEnd().split(/\r*\n/).slice(-lines)) console.log(chalk.dim(`  ${line}`));
  }

  summary(): void {
    this.say('Summary');
    const width = Math.max(...this.scenes.map(({ what }) => what.length));
    for (const { what, seconds, said } of this.scenes) {
      console.log(`  ${what.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${said}`);
    }
  }
}
