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

/**
 * Signs a credential in one form or the other.
 * @param checks what is tried before it goes out
 * @throws BadgekitError CANONICAL_DIFFERENCE; TERM_UNDEFINED where a part has no meaning under the contexts, in both forms
 */
export async function secure(
  credential: JsonObject,
  issuer: Pick<Issuer, 'key' | 'verificationMethod'>,
  form: Issuer['form'],
  created: Instant,
  checks: SigningChecks = 'signature',
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
  return { text: `${JSON.stringify(document, null, 2)}\n`, extension: 'json', document, verificationMethod };
}
