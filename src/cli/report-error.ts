import { CommanderError } from 'commander';
import { BadgekitError, EXIT, formatWhere } from '../errors.ts';
import { visible } from '../syntax/text.ts';
import type { Session } from './session.ts';

/** Says on standard error (or as JSON) what went wrong and what to do, and returns the exit code. */
export function reportError(error: unknown, argv: readonly string[], session: Session): number {
  const wantsJson = argv.includes('--json') || argv.includes('--jsonl');
  if (error instanceof CommanderError) return reportUsage(error, wantsJson, session);
  const known = asBadgekitError(error);
  if (wantsJson) session.out(`${JSON.stringify({ badgekit: 1, error: errorAsJson(known) })}\n`);
  else session.err(errorAsText(known));
  if (argv.includes('--debug') && error instanceof Error)
    session.err(
      `${String(error.stack)}\n${error.cause instanceof Error ? `caused by ${String(error.cause.stack)}\n` : ''}`,
    );
  return known.exitCode;
}

/** The option parser has said on standard error what is wrong; a pipeline wants it as a document too. */
function reportUsage({ exitCode, message }: CommanderError, wantsJson: boolean, session: Session): number {
  if (exitCode === 0) return EXIT.yes;
  const usage = new BadgekitError('USAGE', message.replace(/^error: /, ''), {
    hint: 'badgekit --help shows the commands, badgekit <command> --help their options',
  });
  if (wantsJson) session.out(`${JSON.stringify({ badgekit: 1, error: errorAsJson(usage) })}\n`);
  return EXIT.unusable;
}

function errorAsText({ message, where, nextStep, more }: BadgekitError): string {
  const place = formatWhere(where);
  const lines = [`${place === '' ? '' : `${visible(place, 400)}: `}${message}`, `  ${nextStep}`, ...more];
  return `${lines.map((line) => visible(line, 1000)).join('\n')}\n`;
}

function errorAsJson({ code, message, where, nextStep, more }: BadgekitError): object {
  return { code, message, where: where ?? null, hint: nextStep, more };
}

function asBadgekitError(error: unknown): BadgekitError {
  if (error instanceof BadgekitError) return error;
  if (error instanceof Error && error.name === 'ExitPromptError')
    return new BadgekitError('INTERRUPTED', 'stopped; nothing was written');
  const what = error instanceof Error ? error.message : String(error);
  return new BadgekitError('INTERNAL', `badgekit met a fault of its own: ${visible(what)}`, {
    hint: 'run the command again with --debug and report what it prints',
    cause: error,
  });
}
