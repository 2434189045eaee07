import { EXIT } from '../errors.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { openSession } from './session.ts';

/** Runs the command line and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const session = openSession();
  const outcome = { exitCode: EXIT.yes as number };
  const program = createProgram(session, outcome, argv[0]);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    return reportError(error, argv, session);
  }
}
