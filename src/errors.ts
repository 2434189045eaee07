/** Exit codes of the command line (design: 0 yes, 1 no, 2 unusable input, 3 could not be determined). */
export const EXIT = { yes: 0, no: 1, unusable: 2, undetermined: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Every code that a BadgekitError can carry, with the exit code that it leads to and what to do where the error itself
 * knows nothing better. Codes are stable: scripts may compare them. They are never renamed.
 */
const CODES = {
  USAGE: { exit: EXIT.unusable, next: 'badgekit <command> --help shows how it is used' },
  ANSWER_MISSING: { exit: EXIT.unusable, next: 'give the option that the message names' },
  PROGRAMME_NOT_FOUND: { exit: EXIT.unusable, next: 'go to the programme, name it with --programme, or make one' },
  PROGRAMME_EXISTS: { exit: EXIT.unusable, next: 'use another folder' },
  CONFIG_INVALID: { exit: EXIT.unusable, next: 'mend the line that is named' },
  DEFINITION_INVALID: { exit: EXIT.unusable, next: 'badgekit define --check shows all of them in place' },
  DEFINITION_UNKNOWN: { exit: EXIT.unusable, next: 'define it with badgekit define' },
  DEFINITION_EXISTS: { exit: EXIT.unusable, next: 'edit it, or give --force to replace it' },
  ROSTER_INVALID: { exit: EXIT.unusable, next: 'name the columns, or map them with --map' },
  PLAN_INVALID: { exit: EXIT.unusable, next: 'make the plan again' },
  PLAN_CHANGED: { exit: EXIT.no, next: 'plan again, and look at what changed' },
  APPROVAL_MISSING: { exit: EXIT.no, next: 'badgekit approve <plan> --as <name>' },
  APPROVAL_INVALID: { exit: EXIT.unusable, next: 'approve the plan with the right key' },
  FRAMEWORK_INVALID: { exit: EXIT.unusable, next: 'give the files that the framework is published in' },
  FRAMEWORK_UNKNOWN: { exit: EXIT.unusable, next: 'import it: badgekit frameworks import FILE --as NAME' },
  DATES_AMBIGUOUS: { exit: EXIT.unusable, next: 'give --dates dmy or --dates mdy' },
  FILE_NOT_FOUND: { exit: EXIT.unusable, next: 'check the name' },
  FILE_UNREADABLE: { exit: EXIT.unusable, next: 'check what it is' },
  FILE_TOO_LARGE: { exit: EXIT.unusable, next: 'check that it is the right one' },
  FILE_EXISTS: { exit: EXIT.unusable, next: 'give --force, or another name' },
  FILE_NOT_WRITABLE: { exit: EXIT.undetermined, next: 'check its permissions' },
  DISK_FULL: { exit: EXIT.undetermined, next: 'make room and run the command again' },
  PATH_OUTSIDE: { exit: EXIT.unusable, next: 'use a path inside it' },
  NOT_UTF8: { exit: EXIT.unusable, next: 'save it as UTF-8' },
  NOT_TEXT: { exit: EXIT.unusable, next: 'save it as CSV in UTF-8' },
  JSON_SYNTAX: { exit: EXIT.unusable, next: 'look at the line and column that are named' },
  JSON_DUPLICATE_KEY: { exit: EXIT.unusable, next: 'remove one of the two' },
  JSON_TOO_DEEP: { exit: EXIT.unusable, next: 'check that it is the right file' },
  JSON_UNSAFE_NUMBER: { exit: EXIT.unusable, next: 'write it as text, or shorter' },
  JSON_FORBIDDEN_KEY: { exit: EXIT.unusable, next: 'remove it' },
  YAML_SYNTAX: { exit: EXIT.unusable, next: 'look at the line and column that are named' },
  YAML_FORBIDDEN: { exit: EXIT.unusable, next: 'write the value out plainly' },
  CSV_SYNTAX: { exit: EXIT.unusable, next: 'see the line; quote whole cells' },
  EXPRESSION_INVALID: { exit: EXIT.unusable, next: 'see docs/rosters.md for what a condition can say' },
  ENCODING_INVALID: { exit: EXIT.unusable, next: 'get the text again' },
  GZIP_INVALID: { exit: EXIT.unusable, next: 'get it again' },
  DATE_INVALID: { exit: EXIT.unusable, next: 'correct it' },
  IMAGE_INVALID: { exit: EXIT.unusable, next: 'export it again' },
  IMAGE_UNKNOWN: { exit: EXIT.unusable, next: 'use one' },
  CREDENTIAL_MISSING: { exit: EXIT.no, next: 'ask for the original file' },
  CREDENTIAL_DUPLICATE: { exit: EXIT.no, next: 'ask for the original file' },
  CREDENTIAL_INVALID: { exit: EXIT.unusable, next: 'check the file or option that is named' },
  CREDENTIAL_UNKNOWN: { exit: EXIT.no, next: "give its id or the recipient's address" },
  CREDENTIAL_AMBIGUOUS: { exit: EXIT.unusable, next: 'give an id, --badge or --all' },
  CONTEXT_UNKNOWN: { exit: EXIT.unusable, next: 'none is ever fetched' },
  CONTEXT_ALTERED: { exit: EXIT.unusable, next: 'install badgekit again' },
  TERM_UNDEFINED: { exit: EXIT.unusable, next: 'remove it' },
  KEY_INVALID: { exit: EXIT.unusable, next: 'check the file or option that is named' },
  KEY_MISSING: { exit: EXIT.unusable, next: 'copy it from where you keep it' },
  KEY_MISMATCH: { exit: EXIT.unusable, next: 'use the one that belongs to the identifier' },
  KEY_ENDED: { exit: EXIT.unusable, next: 'badgekit keys rotate makes another one' },
  SIGNER_FAILED: { exit: EXIT.undetermined, next: 'see what the program says, then run the same command again' },
  KEY_EXPOSED: { exit: EXIT.unusable, next: 'chmod 600 it' },
  PASSPHRASE_MISSING: { exit: EXIT.unusable, next: 'set BADGEKIT_PASSPHRASE or give --passphrase-file' },
  PASSPHRASE_WRONG: { exit: EXIT.unusable, next: 'check the passphrase' },
  SIGNATURE_SELF_CHECK: { exit: EXIT.undetermined, next: 'report it to badgekit' },
  CANONICAL_DIFFERENCE: { exit: EXIT.undetermined, next: 'report it to badgekit, with the files that are named' },
  STATUS_LIST_INVALID: { exit: EXIT.unusable, next: 'it must be signed anew' },
  STATUS_UNAVAILABLE: { exit: EXIT.unusable, next: 'check the file or option that is named' },
  TRUST_INVALID: { exit: EXIT.unusable, next: 'docs/trust.md shows how a list is written' },
  TRUST_UNREACHABLE: { exit: EXIT.undetermined, next: 'try again later, or give the list as a file' },
  BUNDLE_INVALID: { exit: EXIT.unusable, next: 'save it again with verify --save-bundle' },
  LEDGER_LOCKED: { exit: EXIT.undetermined, next: 'wait and run the command again' },
  LEDGER_UNREACHABLE: { exit: EXIT.undetermined, next: 'see whether its server runs' },
  LEDGER_FILE_INVALID: { exit: EXIT.unusable, next: 'export the ledger again' },
  LEDGER_CONFLICT: { exit: EXIT.no, next: 'look at the credentials that are named' },
  LEDGER_DAMAGED: { exit: EXIT.undetermined, next: 'put back a copy' },
  THREAD_ENDED: { exit: EXIT.undetermined, next: 'run the same command again, with --jobs 1 if it happens again' },
  INTERRUPTED: { exit: EXIT.interrupted, next: 'run it again: it goes on' },
  INTERNAL: { exit: EXIT.undetermined, next: 'report it with --debug output' },
} as const satisfies Record<string, { readonly exit: ExitCode; readonly next: string }>;

export type ErrorCode = keyof typeof CODES;

/** Where a fault stands: a file, a 1-based line and column in it, and a path inside its value. */
export interface Where {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly path?: string | undefined;
}

export interface ErrorDetails {
  readonly where?: Where | undefined;
  /** What the reader can do next: one sentence. */
  readonly hint?: string | undefined;
  /** Further faults of the same kind, each a complete line. */
  readonly more?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** The one error that badgekit throws on purpose: a stable code, what happened, where, and what to do next. */
export class BadgekitError extends Error {
  override readonly name = 'BadgekitError';
  readonly code: ErrorCode;
  readonly where: Where | undefined;
  readonly hint: string | undefined;
  readonly more: readonly string[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where;
    this.hint = details.hint;
    this.more = details.more ?? [];
  }

  /** The process exit code that this error leads to. */
  get exitCode(): ExitCode {
    return CODES[this.code].exit;
  }

  /** What to do next: the hint of this very error, or what generally helps. */
  get nextStep(): string {
    return this.hint ?? CODES[this.code].next;
  }
}

/** The same error, placed in a file: parsers of plain text do not know file names, their callers do. */
export function placedIn(file: string, error: unknown): unknown {
  if (!(error instanceof BadgekitError) || error.where?.file !== undefined) return error;
  return new BadgekitError(error.code, error.message, {
    where: { ...error.where, file },
    hint: error.hint,
    more: error.more,
    cause: error.cause,
  });
}

/** What such a parser gives, piece by piece; its errors are placed in the file. */
export async function* placed<Item>(items: AsyncIterable<Item>, file: string): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    throw placedIn(file, error);
  }
}

/** Runs a parser that does not know file names; its errors are placed in the file. */
export function inFile<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw placedIn(file, error);
  }
}

/** What a reading gives, or undefined where its input cannot be used; any other error is a defect, and is thrown on. */
export function ifUsable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    return unusable(error);
  }
}

/** For `catch` on what is awaited: {@link ifUsable} of a promise. */
export function unusable(error: unknown): undefined {
  if (error instanceof BadgekitError) return undefined;
  throw error;
}

/** `file:line:column path`, as editors make clickable; the empty string where nothing is known. */
export function formatWhere(where: Where | undefined): string {
  if (where === undefined) return '';
  const place = [where.file, where.line, where.line === undefined ? undefined : where.column];
  const position = place.filter((part) => part !== undefined).join(':');
  return [position, where.path].filter((part) => part !== undefined && part !== '').join(' ');
}
