import { compactVerify } from 'jose';
import { BadgekitError } from '../errors.ts';
import type { Signer } from '../keys/private-key.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { asList, issuerId } from '../openbadges/credential.ts';
import { decodeBase64url, encodeBase64url } from '../syntax/base64url.ts';
import { CREDENTIALS_V2 } from '../openbadges/vocabulary.ts';
import { readInstant } from '../syntax/datetime.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../syntax/json.ts';
import { jsonText } from '../syntax/json-text.ts';
import { Recent } from '../syntax/recent.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import type { SigningChecks } from './data-integrity.ts';

/** A compact JWS taken apart, its parts read strictly; nothing about it is verified yet. */
export interface OpenedJwt {
  readonly text: string;
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** The credential inside: the payload without registered claims, or its `vc` member (VCDM 1.1). */
  readonly credential: JsonObject;
  readonly form: 'payload' | 'vc';
}

const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const REGISTERED_CLAIMS = ['iss', 'sub', 'jti', 'nbf', 'exp', 'iat', 'aud', 'nonce'] as const;

/** Whether a text has the look of a compact JWS: three base64url parts. */
export function looksLikeJwt(text: string): boolean {
  return COMPACT_JWS.test(text);
}

/** A token as a credential in JSON: an EnvelopedVerifiableCredential (VCDM 2.0, section 4.13.1; VC-JOSE-COSE). */
export function envelopeOf(token: string): JsonObject {
  return {
    '@context': CREDENTIALS_V2,
    id: `data:application/vc+jwt,${token}`,
    type: 'EnvelopedVerifiableCredential',
  };
}

const ENVELOPE_MEMBERS: ReadonlySet<string> = new Set(['@context', 'id', 'type']);

/**
 * The token in such an envelope; undefined for anything else, such as one that says something itself, which nobody signed.
 */
export function envelopedToken(document: JsonObject): string | undefined {
  const { type, id } = document;
  const isEnvelope = asList(type).length === 1 && asList(type)[0] === 'EnvelopedVerifiableCredential';
  if (!isEnvelope || typeof id !== 'string' || Object.keys(document).some((key) => !ENVELOPE_MEMBERS.has(key)))
    return undefined;
  return /^data:application\/(?:vc|vc-ld)\+jwt,([\w-]+\.[\w-]+\.[\w-]+)$/.exec(id)?.[1];
}

/**
 * Secures a credential as a compact JWS (Open Badges 3.0, section "JSON Web Token proof format"): the credential is
 * the payload, beside the registered claims. `sub` is left out where the subject has no id.
 * @param checks whether the signature is verified before the token goes out; 'everything' asks for no more here
 */
export async function signJwt(
  credential: JsonObject,
  key: Signer,
  kid: string,
  checks: SigningChecks = 'signature',
): Promise<string> {
  const [alg] = key.publicKey.algorithm.jws;
  // RFC 7515, section 5.1, in our own hands: the key may be where no library reaches it.
  const header = headers.orMake(JSON.stringify([alg, kid]), () => encoded(JSON.stringify({ alg, kid, typ: 'JWT' })));
  const signed = `${header}.${encoded(payloadOf(credential))}`;
  const signature = await key.sign(Buffer.from(signed, 'latin1'));
  const token = `${signed}.${encodeBase64url(signature)}`;
  if (checks !== 'none' && !(await checkJwtSignature(openJwt(token), key.publicKey)))
    throw new BadgekitError('SIGNATURE_SELF_CHECK', 'a token that was just signed does not verify', {
      hint: 'this computer may be faulty: run the command on another one',
    });
  return token;
}

/** Most tokens have the header of the one before. */
const headers = new Recent<string, string>(16);

function encoded(part: string): string {
  return Buffer.from(part, 'utf8').toString('base64url');
}

/** A credential with its claims, as JSON. */
function payloadOf(credential: JsonObject): string {
  const subject = credential['credentialSubject'];
  // What is undefined is left out when it is written.
  const claims = {
    iss: issuerId(credential),
    jti: credential['id'],
    sub: isJsonObject(subject) ? subject['id'] : undefined,
    nbf: numericDate(credential['validFrom']),
    exp: numericDate(credential['validUntil']),
  };
  if (Object.keys(claims).some((name) => Object.hasOwn(credential, name)))
    return JSON.stringify({ ...credential, ...claims });
  // To copy the credential for their sake would take as long as to write it.
  return jsonText(credential, 'line', claims);
}

/**
 * Takes a compact JWS apart: canonical base64url, strict JSON.
 * @throws BadgekitError ENCODING_INVALID | JSON_* | CREDENTIAL_INVALID
 */
export function openJwt(text: string): OpenedJwt {
  const parts = text.split('.');
  if (parts.length !== 3 || !looksLikeJwt(text))
    throw new BadgekitError('CREDENTIAL_INVALID', `a signed token has three parts, this has ${parts.length}`);
  const [header, payload] = parts.slice(0, 2).map(openPart);
  decodeBase64url(parts[2] ?? '');
  if (!isJsonObject(header) || !isJsonObject(payload))
    throw new BadgekitError('CREDENTIAL_INVALID', "the token's header or payload is not a JSON object");
  const { vc } = payload;
  if (vc === undefined) return { text, header, payload, credential: withoutClaims(payload), form: 'payload' };
  const others = Object.keys(payload).filter(
    (name) => name !== 'vc' && !(REGISTERED_CLAIMS as readonly string[]).includes(name),
  );
  if (!isJsonObject(vc) || others.length > 0)
    throw new BadgekitError('CREDENTIAL_INVALID', 'the token says something both in "vc" and beside it');
  return { text, header, payload, credential: vc, form: 'vc' };
}

function openPart(part: string): Json {
  try {
    return parseJson(decodeUtf8(decodeBase64url(part)));
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    throw new BadgekitError(error.code, `it is no signed token: ${error.message}`, { where: error.where });
  }
}

/** Whether the token's signature verifies under a key, with no algorithm but those of the key's own type. Never throws. */
export async function checkJwtSignature(jwt: OpenedJwt, key: PublicKey): Promise<boolean> {
  try {
    await compactVerify(jwt.text, key.object, { algorithms: [...key.algorithm.jws] });
    return true;
  } catch {
    return false;
  }
}

/** A dateTimeStamp as seconds since 1970 (RFC 7519, NumericDate), or undefined. */
export function numericDate(value: Json | undefined): number | undefined {
  const instant = readInstant(value);
  return instant === undefined ? undefined : Math.floor(instant / 1000);
}

function withoutClaims(payload: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(payload).filter(([name]) => !(REGISTERED_CLAIMS as readonly string[]).includes(name)),
  );
}
