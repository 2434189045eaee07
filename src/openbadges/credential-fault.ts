import { BadgekitError } from '../errors.ts';
import { asJson, isJsonObject, isStrictJson, type JsonObject } from '../syntax/json.ts';
import { checkCredentialSchema } from './credential-schema.ts';
import { plainFormFaults } from './plain-form.ts';
import { ruleFaults } from './rules.ts';

/**
 * The first reason why a verifier would refuse an unsigned AchievementCredential: its JSON, its plain form, the
 * schema or the rules. Undefined where there is none.
 */
export function credentialFault(
  credential: JsonObject,
): { readonly path: string; readonly message: string } | undefined {
  const written = rewritten(credential);
  if (written instanceof BadgekitError) return { path: '', message: written.message };
  const outcome = checkCredentialSchema(written);
  const [fault] = outcome.ok ? ruleFaults(written) : outcome.faults;
  return fault ?? plainFormFaults(written)[0];
}

/** What a reader of the file would get. */
function rewritten(credential: JsonObject): JsonObject | BadgekitError {
  if (isStrictJson(credential)) return credential;
  try {
    const value = asJson(credential);
    return isJsonObject(value) ? value : credential;
  } catch (error) {
    if (error instanceof BadgekitError) return error;
    throw error;
  }
}
