import { BadgekitError } from '../../errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../syntax/json.ts';
import { decodeUtf8, quoted } from '../../syntax/text.ts';
import type { LookupSource } from '../../ports.ts';
import type { VerifyOptions } from '../context.ts';
import { isPlainWebAddress } from '../issuer-keys.ts';
import type { Finding } from '../verdict.ts';
import type { Assertion } from './assertion.ts';

const MAX_DOCUMENT_BYTES = 1024 * 1024;

/** A BadgeClass and the Profile that issued it, as far as they could be read. */
export interface Background {
  readonly badge: JsonObject | undefined;
  /** The issuer's identifier, as the badge class names it. */
  readonly issuerId: string | undefined;
  /** The profile at the issuer's own address. */
  readonly issuer: JsonObject | undefined;
  readonly issuerSource: LookupSource | undefined;
  readonly why: Finding | undefined;
}

/** The badge class, inside the assertion or at its address, and the issuer's profile, at its address alone. */
export async function readBackground(assertion: Assertion, options: VerifyOptions): Promise<Background> {
  const badge = await readNode(assertion.badge, 'badge class', options);
  if (!badge.ok)
    return { badge: undefined, issuerId: undefined, issuer: undefined, issuerSource: undefined, why: badge.finding };
  const named = badge.node['issuer'];
  const id = isJsonObject(named) ? named['id'] : named;
  const issuerId = typeof id === 'string' ? id : undefined;
  const issuer = await readIssuer(issuerId, options);
  return issuer.ok
    ? { badge: badge.node, issuerId, issuer: issuer.node, issuerSource: issuer.source, why: undefined }
    : { badge: badge.node, issuerId, issuer: undefined, issuerSource: undefined, why: issuer.finding };
}

/** A profile inside an assertion is what its sender says: only the one at the issuer's own address speaks for it. */
async function readIssuer(id: string | undefined, options: VerifyOptions): Promise<ReadNode> {
  if (id === undefined || !isPlainWebAddress(id))
    return {
      ok: false,
      finding: { code: 'ISSUER_MISMATCH', message: 'the issuer is not named by a plain https address' },
    };
  return await readNode(id, 'issuer', options);
}

type ReadNode =
  | { readonly ok: true; readonly node: JsonObject; readonly source?: LookupSource }
  | { readonly ok: false; readonly finding: Finding };

/** A linked document, which must call itself by the address under which it was found. */
export async function readNode(node: JsonObject | string, called: string, { world }: VerifyOptions): Promise<ReadNode> {
  if (typeof node !== 'string') return { ok: true, node };
  const found = await world.read(node, MAX_DOCUMENT_BYTES, 'origin');
  const unreachable = (why: string): ReadNode => ({
    ok: false,
    finding: {
      code: 'KEY_UNREACHABLE',
      message: `the ${called} could not be read at ${quoted(node, 160)}: ${why}`,
      advice: 'try again online: an Open Badges 2.0 badge names its issuer only by address',
    },
  });
  if (!found.found) return unreachable(found.message);
  try {
    const value = parseJson(decodeUtf8(found.value));
    if (isJsonObject(value) && value['id'] === node) return { ok: true, node: value, source: found.source };
    return unreachable('what stands there does not have this id');
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return unreachable(error.message);
  }
}
