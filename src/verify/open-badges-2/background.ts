import { BadgekitError } from '../../errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../syntax/json.ts';
import { decodeUtf8, quoted } from '../../syntax/text.ts';
import type { VerifyOptions } from '../context.ts';
import type { Finding } from '../verdict.ts';
import type { Assertion } from './assertion.ts';

const MAX_DOCUMENT_BYTES = 1024 * 1024;

/** A BadgeClass and the Profile that issued it, as far as they could be read. */
export interface Background {
  readonly badge: JsonObject | undefined;
  readonly issuer: JsonObject | undefined;
  readonly why: Finding | undefined;
}

/** The badge class and the issuer: inside the assertion, or at the addresses that it names. */
export async function readBackground(assertion: Assertion, options: VerifyOptions): Promise<Background> {
  const badge = await readNode(assertion.badge, 'badge class', options);
  if (!badge.ok) return { badge: undefined, issuer: undefined, why: badge.finding };
  const named = badge.node['issuer'];
  if (!isJsonObject(named) && typeof named !== 'string')
    return {
      badge: badge.node,
      issuer: undefined,
      why: { code: 'SCHEMA', message: 'the badge class names no issuer' },
    };
  const issuer = await readNode(named, 'issuer', options);
  return issuer.ok
    ? { badge: badge.node, issuer: issuer.node, why: undefined }
    : { badge: badge.node, issuer: undefined, why: issuer.finding };
}

type ReadNode = { readonly ok: true; readonly node: JsonObject } | { readonly ok: false; readonly finding: Finding };

/** A linked document, which must call itself by the address under which it was found. */
export async function readNode(node: JsonObject | string, called: string, { world }: VerifyOptions): Promise<ReadNode> {
  if (typeof node !== 'string') return { ok: true, node };
  const found = await world.read(node, MAX_DOCUMENT_BYTES);
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
    if (isJsonObject(value) && value['id'] === node) return { ok: true, node: value };
    return unreachable('what stands there does not have this id');
  } catch (error) {
    if (!(error instanceof BadgekitError)) throw error;
    return unreachable(error.message);
  }
}
