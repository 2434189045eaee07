// First, wherever badgekit begins to be loaded: the libraries bring jsonld.
import './shared-contexts.ts';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { verifyCredential } from '@digitalbazaar/vc';
import { BadgekitError } from '../errors.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { issuerId } from '../openbadges/credential.ts';
import { loadContext } from '../openbadges/contexts.ts';
import type { DocumentLoader } from '../ports.ts';
import { type Instant, readInstant } from '../syntax/datetime.ts';
import type { JsonObject } from '../syntax/json.ts';

/**
 * Has another implementation, @digitalbazaar/vc, verify what badgekit signed, before anybody holds it.
 * @throws BadgekitError SIGNATURE_SELF_CHECK where it does not agree
 */
export async function verifyByReference(
  credential: JsonObject,
  key: PublicKey,
  verificationMethod: string,
  now: Instant,
): Promise<void> {
  const controller = issuerId(credential) ?? '';
  const method = {
    '@context': 'https://w3id.org/security/multikey/v1',
    id: verificationMethod,
    type: 'Multikey',
    controller,
    publicKeyMultibase: key.multikey,
  };
  const document = {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: controller,
    assertionMethod: [method],
  };
  const documentLoader: DocumentLoader = async (url) => {
    const own = { [verificationMethod]: method, [controller]: document }[url];
    return own === undefined ? await loadContext(url) : { contextUrl: null, documentUrl: url, document: own };
  };
  const isEcdsa = key.algorithm.cryptosuite === 'ecdsa-rdfc-2019';
  const cryptosuite = isEcdsa ? (await import('@digitalbazaar/ecdsa-rdfc-2019-cryptosuite')).cryptosuite : eddsaRdfc;
  const result = await verifyCredential({
    credential: structuredClone(credential),
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader,
    // Old awards are issued, too: whether they are still valid is not the question here.
    now: new Date(withinPeriod(credential, now)),
    checkStatus: async () => ({ verified: true }),
  });
  if (result.verified) return;
  throw new BadgekitError(
    'SIGNATURE_SELF_CHECK',
    'a credential that was just signed is not accepted by @digitalbazaar/vc, and was not written',
    { hint: 'report this to badgekit, with --debug output', cause: result.error },
  );
}

function withinPeriod({ validUntil }: JsonObject, now: Instant): Instant {
  const end = readInstant(validUntil);
  return end !== undefined && end < now ? end : now;
}
