/** Exit codes of the command line (design: 0 yes, 1 no, 2 unusable input, 3 could not be determined). */
export const EXIT = { yes: 0, no: 1, unusable: 2, undetermined: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Every code that a BadgekitError can carry, with the exit code it leads to.
 * Codes are stable: scripts may compare them. They are never renamed.
 */
const EXIT_BY_CODE = {
  USAGE: EXIT.unusable,
  ANSWER_MISSING: EXIT.unusable,
  PROGRAMME_NOT_FOUND: EXIT.unusable,
  PROGRAMME_EXISTS: EXIT.unusable,
  CONFIG_INVALID: EXIT.unusable,
  DEFINITION_INVALID: EXIT.unusable,
  DEFINITION_UNKNOWN: EXIT.unusable,
  DEFINITION_EXISTS: EXIT.unusable,
  ROSTER_INVALID: EXIT.unusable,
  FILE_NOT_FOUND: EXIT.unusable,
  FILE_UNREADABLE: EXIT.unusable,
  FILE_TOO_LARGE: EXIT.unusable,
  FILE_EXISTS: EXIT.unusable,
  FILE_NOT_WRITABLE: EXIT.undetermined,
  DISK_FULL: EXIT.undetermined,
  PATH_OUTSIDE: EXIT.unusable,
  NOT_UTF8: EXIT.unusable,
  JSON_SYNTAX: EXIT.unusable,
  JSON_DUPLICATE_KEY: EXIT.unusable,
  JSON_TOO_DEEP: EXIT.unusable,
  JSON_UNSAFE_NUMBER: EXIT.unusable,
  JSON_FORBIDDEN_KEY: EXIT.unusable,
  YAML_SYNTAX: EXIT.unusable,
  YAML_FORBIDDEN: EXIT.unusable,
  CSV_SYNTAX: EXIT.unusable,
  ENCODING_INVALID: EXIT.unusable,
  GZIP_INVALID: EXIT.unusable,
  DATE_INVALID: EXIT.unusable,
  IMAGE_INVALID: EXIT.unusable,
  IMAGE_UNKNOWN: EXIT.unusable,
  CREDENTIAL_MISSING: EXIT.no,
  CREDENTIAL_DUPLICATE: EXIT.no,
  CREDENTIAL_INVALID: EXIT.unusable,
  CREDENTIAL_UNKNOWN: EXIT.no,
  CREDENTIAL_AMBIGUOUS: EXIT.unusable,
  CONTEXT_UNKNOWN: EXIT.unusable,
  CONTEXT_ALTERED: EXIT.unusable,
  TERM_UNDEFINED: EXIT.unusable,
  KEY_INVALID: EXIT.unusable,
  KEY_MISSING: EXIT.unusable,
  KEY_MISMATCH: EXIT.unusable,
  KEY_EXPOSED: EXIT.unusable,
  PASSPHRASE_MISSING: EXIT.unusable,
  PASSPHRASE_WRONG: EXIT.unusable,
  SIGNATURE_SELF_CHECK: EXIT.undetermined,
  STATUS_LIST_INVALID: EXIT.unusable,
  STATUS_UNAVAILABLE: EXIT.unusable,
  LEDGER_LOCKED: EXIT.undetermined,
  LEDGER_DAMAGED: EXIT.undetermined,
  INTERRUPTED: EXIT.interrupted,
  INTERNAL: EXIT.undetermined,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof EXIT_BY_CODE;

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
    return EXIT_BY_CODE[this.code];
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

/** Runs a parser that does not know file names; its errors are placed in the file. */
export function inFile<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw placedIn(file, error);
  }
}

/** `file:line:column path`, as editors make clickable; the empty string where nothing is known. */
export function formatWhere(where: Where | undefined): string {
  if (where === undefined) return '';
  const place = [where.file, where.line, where.line === undefined ? undefined : where.column];
  const position = place.filter((part) => part !== undefined).join(':');
  return [position, where.path].filter((part) => part !== undefined && part !== '').join(' ');
}
