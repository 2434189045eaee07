import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, type ProtectedHeaderParameters } from 'jose';
import { BadgekitError } from '../errors.ts';
import { type Json, type JsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';

// What OWASP asks of PBKDF2-HMAC-SHA-512.
const ROUNDS = 210_000;
const MIN_ROUNDS = 100_000;
const MAX_ROUNDS = 5_000_000;
export const MIN_PASSPHRASE_LENGTH = 8;

const [ONE_KEY, KEY_SET] = ['jwk+json', 'jwk-set+json'];

/**
 * Seals a secret JWK, or a set of them, with a passphrase: a compact JWE (RFC 7516), PBES2-HS512+A256KW (RFC 7518,
 * section 4.8), A256GCM, whose header says which of the two it is (RFC 7517, section 7).
 */
export async function sealJwk(jwk: JsonObject, passphrase: string): Promise<string> {
  const cty = Array.isArray(jwk['keys']) ? KEY_SET : ONE_KEY;
  return await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(jwk)))
    .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', cty })
    .setKeyManagementParameters({ p2c: ROUNDS })
    .encrypt(new TextEncoder().encode(passphrase.normalize('NFC')));
}

/**
 * Opens a sealed JWK, or a set of them.
 * @throws BadgekitError PASSPHRASE_WRONG where it does not open; KEY_INVALID where it is not sealed as badgekit does
 */
export async function openJwk(sealed: string, passphrase: string): Promise<Json> {
  refuseForeignHeader(sealed);
  try {
    const secret = new TextEncoder().encode(passphrase.normalize('NFC'));
    const { plaintext } = await compactDecrypt(sealed, secret, {
      keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxPBES2Count: MAX_ROUNDS,
    });
    return parseJson(decodeUtf8(plaintext));
  } catch {
    throw new BadgekitError(
      'PASSPHRASE_WRONG',
      'the key does not open: the passphrase is wrong, or the file was changed',
      {
        hint: 'check the passphrase, in BADGEKIT_PASSPHRASE or the file if it stands there; if it is lost, the key is lost with it',
      },
    );
  }
}

/** Whether a set of keys is sealed in it, as far as can be told before it is opened. */
export function isSealedSet(sealed: string): boolean {
  return headerOf(sealed)?.cty === KEY_SET;
}

/** A work factor outside sane bounds is either no protection or a way to hang whoever opens the file. */
function refuseForeignHeader(sealed: string): void {
  const rounds = headerOf(sealed)?.['p2c'];
  if (typeof rounds !== 'number' || rounds < MIN_ROUNDS || rounds > MAX_ROUNDS) {
    throw new BadgekitError(
      'KEY_INVALID',
      'the file is not a key that badgekit sealed (a compact JWE with PBES2-HS512+A256KW)',
    );
  }
}

function headerOf(sealed: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(sealed);
  } catch {
    return undefined;
  }
}
