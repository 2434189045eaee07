import type { Instant } from '../syntax/datetime.ts';
import type { JsonObject } from '../syntax/json.ts';
import { canonicalize } from '../proof/canonicalize.ts';
import { addProof, type SigningChecks } from '../proof/data-integrity.ts';
import { signJwt } from '../proof/jwt.ts';
import type { Issuer } from './issuer.ts';

/** A signed credential as text, and the ending of its file. */
export interface SecuredText {
  readonly text: string;
  readonly extension: 'json' | 'jwt';
  /** The credential with its embedded proof; undefined for a token. */
  readonly document: JsonObject | undefined;
  readonly verificationMethod: string;
}

export interface Securing {
  readonly created: Instant;
  /** What is tried before it goes out. */
  readonly checks?: SigningChecks;
  /** Whether its JSON is to stand on one line. */
  readonly isOneLine?: boolean;
}

/**
 * Signs a credential in one form or the other.
 * @throws BadgekitError CANONICAL_DIFFERENCE; TERM_UNDEFINED where a part has no meaning under the contexts, in both forms
 */
export async function secure(
  credential: JsonObject,
  issuer: Pick<Issuer, 'key' | 'verificationMethod'>,
  form: Issuer['form'],
  { created, checks = 'signature', isOneLine = false }: Securing,
): Promise<SecuredText> {
  const verificationMethod = issuer.verificationMethod[form];
  if (form === 'jwt') {
    await canonicalize(credential);
    return {
      text: await signJwt(credential, issuer.key, verificationMethod, checks),
      extension: 'jwt',
      document: undefined,
      verificationMethod,
    };
  }
  const document = await addProof(credential, issuer.key, { verificationMethod, created, checks });
  const text = isOneLine ? JSON.stringify(document) : `${JSON.stringify(document, null, 2)}\n`;
  return { text, extension: 'json', document, verificationMethod };
}
