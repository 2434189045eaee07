import { extract, kindOf } from '../bake/bake.ts';
import { ifUsable } from '../errors.ts';
import type { IssuableBadge } from '../issue/issuer.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { LedgerAward } from '../ports.ts';
import type { JsonObject } from '../syntax/json.ts';
import { MAX_IMAGE_BYTES } from './definitions.ts';
import { isAsSigned } from './issued-signature.ts';
import { filesOfAward, readIssued } from './issued-files.ts';
import type { Programme } from './programme.ts';

/** What an issued badge can be made from again. */
export interface ReissueSource {
  readonly document: JsonObject;
  readonly images: IssuableBadge['images'];
}

/**
 * Reads a badge that was issued, with its images; undefined where its files are gone or are not as they were
 * signed: what was changed must not be signed.
 */
export async function reissueSource(
  programme: Programme,
  award: LedgerAward,
  keyOf: (verificationMethod: string) => PublicKey | undefined,
): Promise<ReissueSource | undefined> {
  const [main, ...images] = await filesOfAward(programme, award);
  if (main === undefined || !(await programme.files.exists(main))) return undefined;
  const issued = await readIssued(programme, main);
  if (issued?.document['id'] !== award.credentialId || !(await isAsSigned(issued, keyOf))) return undefined;
  const carried: { format: 'png' | 'svg'; bytes: Uint8Array }[] = [];
  for (const path of images) {
    if (!(await programme.files.exists(path))) return undefined;
    const bytes = await programme.files.read(path, MAX_IMAGE_BYTES * 2);
    const format = kindOf(bytes);
    if (ifUsable(() => extract(bytes))?.credential.trim() !== issued.text.trim()) return undefined;
    if (format === 'png' || format === 'svg') carried.push({ format, bytes });
  }
  return { document: issued.document, images: carried };
}
