import { hash } from 'node:crypto';
import { isBlank, type Quad, quadLine } from './n-quads.ts';

/** How texts are ordered; by UTF-16 units, which is quicker, where that comes to the same. */
export type Order = ((a: string, b: string) => number) | undefined;

/**
 * The canonical form of statements whose blank nodes differ in what is said of them directly (RDFC-1.0, sections 4.4 and
 * 4.6): their labels follow from their first-degree hashes alone.
 * @param quads no two alike; any labels of blank nodes
 * @returns undefined where two blank nodes have one hash
 */
export function canonicalByFirstDegree(quads: readonly Quad[], order: Order): string | undefined {
  const mentions = new Map<string, Quad[]>();
  for (const quad of quads)
    for (const term of new Set([quad.subject, quad.object, quad.graph].filter(isBlank))) {
      const known = mentions.get(term);
      if (known === undefined) mentions.set(term, [quad]);
      else known.push(quad);
    }
  const hashes = [...mentions].map(([label, around]) => ({
    label,
    hash: hashLines(
      around.map((quad) => quadLine(relabelled(quad, (term) => (term === label ? '_:a' : '_:z')))).sort(order),
    ),
  }));
  const labels = canonicalLabels(hashes);
  if (labels === undefined) return undefined;
  return quads
    .map((quad) => quadLine(relabelled(quad, (term) => labels.get(term) ?? term)))
    .sort(order)
    .join('');
}

export function hashLines(lines: readonly string[]): string {
  return hash('sha256', lines.join(''), 'hex');
}

/** The canonical labels, in the order of the hashes; undefined where two are the same. */
function canonicalLabels<Label>(
  hashes: readonly { readonly label: Label; readonly hash: string }[],
): ReadonlyMap<Label, string> | undefined {
  const sorted = hashes.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  if (sorted.some(({ hash: own }, index) => sorted[index + 1]?.hash === own)) return undefined;
  return new Map(sorted.map(({ label }, index) => [label, `_:c14n${index}`]));
}

function relabelled(quad: Quad, label: (term: string) => string): Quad {
  const named = (term: string): string => (isBlank(term) ? label(term) : term);
  return {
    subject: named(quad.subject),
    predicate: quad.predicate,
    object: named(quad.object),
    graph: named(quad.graph),
  };
}
