import type { KeyObject } from 'node:crypto';
import { BadgekitError, type ErrorCode, type Where } from '../../errors.ts';
import type { RowRules } from '../../issue/award.ts';
import type { Issuer } from '../../issue/issuer.ts';
import type { ArchiveForm } from '../../issue/packing.ts';
import type { Made } from '../../issue/workshop.ts';
import { CanonicalDifference } from '../../proof/canonicalize.ts';
import type { Instant } from '../../syntax/datetime.ts';
import type { JsonObject } from '../../syntax/json.ts';
import type { AnswerCount } from '../answer-count.ts';
import type { SentCredentials } from './sent-orders.ts';
import type { SentLooks, SentRows } from './sent-rows.ts';
import type { SentTexts } from './sent-texts.ts';

/** What a thread that issues is started with. A key travels as the platform's own object, never as text. */
export interface IssueWorkerStart {
  readonly issuer: Omit<Issuer, 'key'>;
  readonly key: KeyObject;
  readonly rules: RowRules;
  /** The programme's folder, into which files are written, or the form of the archive that is made instead. */
  readonly into: { readonly root: string } | { readonly form: ArchiveForm };
  readonly count: AnswerCount;
}

/** Work for a thread; it answers in the order in which it is asked. */
export type Asked =
  | { readonly kind: 'look'; readonly records: SentRows; readonly at: Instant }
  | { readonly kind: 'make' | 'sign'; readonly orders: SentTexts };

export type Answered =
  | { readonly kind: 'look'; readonly looks: SentLooks }
  | { readonly kind: 'make'; readonly made: Made }
  | { readonly kind: 'sign'; readonly signed: SentCredentials }
  | { readonly kind: 'failed'; readonly fault: SentFault };

/** An error as it travels between threads. */
export type SentFault =
  | {
      readonly kind: 'badgekit';
      readonly code: ErrorCode;
      readonly message: string;
      readonly where: Where | undefined;
      readonly hint: string | undefined;
      readonly more: readonly string[];
      readonly cause: Error | undefined;
    }
  | { readonly kind: 'difference'; readonly document: JsonObject; readonly own: string; readonly libraries: string }
  | { readonly kind: 'other'; readonly error: Error };

export function sentFault(error: unknown): SentFault {
  if (error instanceof CanonicalDifference) {
    const { document, own, libraries } = error;
    return { kind: 'difference', document, own, libraries };
  }
  if (error instanceof BadgekitError) {
    const { code, message, where, hint, more, cause } = error;
    return { kind: 'badgekit', code, message, where, hint, more, cause: plainError(cause) };
  }
  return { kind: 'other', error: plainError(error) ?? new Error(String(error)) };
}

/** An error with what everybody's errors have: what else hangs on it may not be able to travel. */
function plainError(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const plain = new Error(error.message);
  plain.name = error.name;
  if (error.stack !== undefined) plain.stack = error.stack;
  return plain;
}

export function errorOf(fault: SentFault): Error {
  switch (fault.kind) {
    case 'difference':
      return new CanonicalDifference(fault.document, fault.own, fault.libraries);
    case 'badgekit': {
      const { code, message, where, hint, more, cause } = fault;
      return new BadgekitError(code, message, { where, hint, more, ...(cause === undefined ? {} : { cause }) });
    }
    case 'other':
      return fault.error;
  }
}
