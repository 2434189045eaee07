import { EXIT } from '../errors.ts';
import type { Beginning } from './issue/beginning.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { openSession } from './session.ts';

/**
 * Runs the command line and returns its exit code.
 * @param begun what was begun before it was read
 */
export async function main(argv: readonly string[], begun?: Beginning): Promise<number> {
  const session = openSession(begun);
  const outcome = { exitCode: EXIT.yes as number };
  try {
    const program = await createProgram(session, outcome, argv);
    await program.parseAsync([...argv], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    return reportError(error, argv, session);
  }
}
