import { isTerminal } from './text-output.ts';

/** Where a run is under way. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether somebody can be asked: a terminal on both ends, and no CI. */
  readonly isInteractive: boolean;
}

/** Where this process is under way. */
export function surroundings(): Surroundings {
  const { env } = process;
  return {
    cwd: process.cwd(),
    env,
    // Standard input is made ready only where it is looked at.
    isInteractive: isTerminal('stderr') && !isCi(env) && process.stdin.isTTY,
  };
}

/** Whether a pipeline runs it, so that nobody is there. */
export function isCi({ CI }: NodeJS.ProcessEnv): boolean {
  return CI !== undefined && CI !== '' && CI !== 'false';
}
