import { ifUsable, unusable } from '../errors.ts';
import { keyOfDidKey } from '../keys/did-key.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { asList } from '../openbadges/credential.ts';
import { checkProof } from '../proof/data-integrity.ts';
import { checkJwtSignature, openJwt } from '../proof/jwt.ts';
import { isJsonObject, parseJson } from '../syntax/json.ts';
import { readDidFile } from './did-file.ts';
import type { IssuedCredentialText } from './issued-files.ts';
import type { Programme } from './programme.ts';

/** The issuer's keys by the names under which they sign: also those that are withdrawn, for what they signed was signed. */
export async function issuerKeys(programme: Programme): Promise<(verificationMethod: string) => PublicKey | undefined> {
  const { id } = programme.config.issuer;
  if (id.startsWith('did:key:')) {
    const key = keyOfDidKey(id);
    return (method) => (method.startsWith(`${id}#`) ? key : undefined);
  }
  const { keys } = await readDidFile(programme);
  return (method) =>
    method.startsWith(`${id}#`) ? keys.get(method.slice(id.length + 1).replace(/-jwk$/, ''))?.key : undefined;
}

/** Whether a credential file is as one of the issuer's keys signed it. */
export async function isAsSigned(
  { text, form, verificationMethod }: IssuedCredentialText,
  keyOf: (verificationMethod: string) => PublicKey | undefined,
): Promise<boolean> {
  const key = verificationMethod === undefined ? undefined : keyOf(verificationMethod);
  if (key === undefined) return false;
  if (form === 'jwt') {
    const jwt = ifUsable(() => openJwt(text));
    return jwt !== undefined && (await checkJwtSignature(jwt, key));
  }
  const document = ifUsable(() => parseJson(text));
  const [proof] = isJsonObject(document) ? asList(document['proof']) : [];
  if (!isJsonObject(document) || !isJsonObject(proof)) return false;
  return (await checkProof(document, proof, key).catch(unusable)) === true;
}
