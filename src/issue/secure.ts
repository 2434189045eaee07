import type { Instant } from '../syntax/datetime.ts';
import type { JsonObject } from '../syntax/json.ts';
import { jsonText, type Layout } from '../syntax/json-text.ts';
import { canonicalize } from '../proof/canonicalize.ts';
import { makeProofs, type Secured, type SigningChecks, withProof } from '../proof/data-integrity.ts';
import { signJwt } from '../proof/jwt.ts';
import type { Issuer } from './issuer.ts';

/** A signed credential as text, and the ending of its file. */
export interface SecuredText {
  readonly text: string;
  /** The text in UTF-8, where it was so already. */
  readonly bytes?: Uint8Array;
  readonly extension: 'json' | 'jwt';
  readonly verificationMethod: string;
}

/** A credential that is to be signed. */
export interface Securing {
  readonly credential: JsonObject;
  readonly created: Instant;
  /** What is tried before it goes out. */
  readonly checks?: SigningChecks;
}

/**
 * Signs a credential in one form or the other.
 * @throws BadgekitError CANONICAL_DIFFERENCE; TERM_UNDEFINED where a part has no meaning under the contexts, in both forms
 */
export async function secure(
  securing: Securing,
  issuer: Pick<Issuer, 'key' | 'verificationMethod'>,
  form: Issuer['form'],
): Promise<SecuredText> {
  const [secured] = await secureAll([securing], issuer, form);
  if (secured === undefined) throw new Error('one credential becomes one');
  return secured;
}

/**
 * The same for several credentials, in their order.
 * @param layout of JSON: as people read it, or on one line
 */
export async function secureAll(
  all: readonly Securing[],
  { key, verificationMethod: methods }: Pick<Issuer, 'key' | 'verificationMethod'>,
  form: Issuer['form'],
  layout: Layout = 'indented',
): Promise<readonly SecuredText[]> {
  const verificationMethod = methods[form];
  if (form === 'jwt') {
    const tokens: SecuredText[] = [];
    for (const { credential } of all) await canonicalize(credential);
    for (const { credential, checks } of all) {
      const text = await signJwt(credential, key, verificationMethod, checks);
      tokens.push({ text, extension: 'jwt', verificationMethod });
    }
    return tokens;
  }
  const unsigned = all.map(({ credential, created, checks = 'signature' }) => {
    return { document: credential, options: { verificationMethod, created, checks } };
  });
  return (await makeProofs(unsigned, key)).map((secured) => ({
    text: layout === 'line' ? textOf(secured, layout) : `${textOf(secured, layout)}\n`,
    extension: 'json',
    verificationMethod,
  }));
}

/** A secured credential as JSON. To make a document of it first takes as long as to write it. */
function textOf(secured: Secured, layout: Layout): string {
  const { document, proof } = secured;
  return document['proof'] === undefined
    ? jsonText(document, layout, { proof: [proof] })
    : jsonText(withProof(secured), layout);
}
