import type { EndedKey } from '../ports.ts';
import { isJsonObject, parseJson } from '../syntax/json.ts';
import { decodeUtf8 } from '../syntax/text.ts';
import type { Programme } from './programme.ts';

/** What a lost ledger would forget: which keys sign no more. It lies with the keys, and is no secret. */
const ENDED_KEYS_FILE = 'keys/ended.json';
const MAX_BYTES = 256 * 1024;

/** The keys that sign no more, by what lies beside them. */
export async function readEndedKeys({ files }: Programme): Promise<readonly EndedKey[]> {
  if (!(await files.exists(ENDED_KEYS_FILE))) return [];
  const value = parseJson(decodeUtf8(await files.read(ENDED_KEYS_FILE, MAX_BYTES)));
  return (Array.isArray(value) ? value : []).flatMap((entry): EndedKey[] => {
    if (!isJsonObject(entry)) return [];
    const { name, state, since, at } = entry;
    const isKnown = state === 'retired' || state === 'compromised';
    return typeof name === 'string' && isKnown && typeof since === 'number' && typeof at === 'number'
      ? [{ name, state, since, at }]
      : [];
  });
}

/** Notes beside the keys that one signs no more; nobody else may be writing it. A compromised key stays so. */
export async function noteEndedKey(programme: Programme, key: EndedKey): Promise<void> {
  const known = await readEndedKeys(programme);
  const earlier = known.find(({ name }) => name === key.name);
  const latest = earlier !== undefined && key.state === 'retired' ? earlier : key;
  const all = [...known.filter(({ name }) => name !== key.name), latest].sort((a, b) => (a.name < b.name ? -1 : 1));
  await programme.files.write(ENDED_KEYS_FILE, `${JSON.stringify(all, null, 2)}\n`, { replace: true, isSole: true });
}
