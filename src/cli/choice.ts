import { BadgekitError } from '../errors.ts';
import { quoted, suggestion } from '../syntax/text.ts';

/**
 * The value of an option that allows certain words only.
 * @throws BadgekitError USAGE, naming the option and the words
 */
export function choose<const T extends string>(
  option: string,
  value: string | undefined,
  words: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new BadgekitError('USAGE', `${option} ${quoted(value)} is not one of: ${words.join(', ')}`, {
    hint: suggestion(value, words),
  });
}

/** @throws BadgekitError ANSWER_MISSING, naming the option that gives the answer */
export function answerMissing(what: string, option: string): BadgekitError {
  return new BadgekitError('ANSWER_MISSING', `${what} is missing, and there is nobody to ask`, {
    hint: `give ${option}`,
  });
}
