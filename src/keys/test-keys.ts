import type { PublicKey } from './public-key.ts';

/** Keys whose secret half is published in a specification or guide: everybody can sign with them. */
const PUBLISHED: ReadonlyMap<string, string> = new Map([
  ['z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi', "1EdTech's Open Badges 3.0 implementation guide"],
  ['z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2', 'the W3C eddsa test vectors'],
  ['zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP', 'the W3C ecdsa test vectors'],
  ['z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ', 'the W3C ecdsa test vectors'],
]);

/** Where a key's secret half was published, or undefined for a key that can prove something. */
export function publishedIn(key: PublicKey): string | undefined {
  return key.multikey === undefined ? undefined : PUBLISHED.get(key.multikey);
}
