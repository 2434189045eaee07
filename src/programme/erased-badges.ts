import { decodeUtf8 } from '../syntax/text.ts';
import { listFiles } from './files.ts';
import type { Programme } from './programme.ts';

const MAX_RECEIPT_BYTES = 4 * 1024 * 1024;

/** A badge by the receipt of an erasure. */
export interface ErasedBadge {
  readonly credentialId: string;
  readonly badge: string;
  /** The rest of its line. */
  readonly text: string;
}

/** The badges of people who were erased, by the receipts in erasures/. */
export async function erasedBadges({ root, files }: Programme): Promise<readonly ErasedBadge[]> {
  const found: ErasedBadge[] = [];
  for (const path of await listFiles(root, 'erasures')) {
    const receipt = decodeUtf8(await files.read(path, MAX_RECEIPT_BYTES));
    for (const [, credentialId = '', badge = '', text = ''] of receipt.matchAll(
      /^- (urn:uuid:[0-9a-f-]+): ([^,\n]+),(.*)$/gm,
    ))
      found.push({ credentialId, badge, text });
  }
  return found;
}
