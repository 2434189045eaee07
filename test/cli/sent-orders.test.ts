import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { receivedCredentials, receivedOrders, sentCredentials, sentOrders } from '../../src/cli/issue/sent-orders.ts';
import { receivedTexts, type SentTexts, sentTexts } from '../../src/cli/issue/sent-texts.ts';
import type { SecuredText } from '../../src/issue/secure.ts';
import type { Order } from '../../src/issue/workshop.ts';

/** As it is after the way between two threads. */
function arrived<T extends SentTexts | { readonly texts: SentTexts }>(sent: T): T {
  const { bytes } = 'texts' in sent ? sent.texts : sent;
  const there = structuredClone(sent, { transfer: [bytes.buffer] });
  expect(bytes).toHaveLength(0);
  return there;
}

const text = fc.string({ unit: 'grapheme' });
const optional = fc.option(text, { nil: undefined });
const instant = fc.integer({ min: -8.64e15, max: 8.64e15 });

const orders: fc.Arbitrary<Order[]> = fc.array(
  fc.record({
    base: text,
    created: instant,
    checks: fc.constantFrom('none', 'signature', 'everything'),
    shape: text,
    provenAt: instant,
    content: fc.record({
      kind: fc.constant('award'),
      award: fc.record({
        credentialId: text,
        validFrom: instant,
        validUntil: fc.option(instant, { nil: undefined }),
        places: fc.array(
          fc.record({
            purpose: fc.constantFrom('revocation', 'suspension'),
            series: text,
            list: fc.nat(),
            index: fc.nat(),
          }),
        ),
        supersedes: optional,
        row: fc.record({
          line: fc.nat(),
          badge: text,
          definition: text,
          // A lone surrogate, too: what a cell says travels as it is.
          recipient: fc.record({
            label: fc.constantFrom('\ud800', '"\\\n', 'a@b.example'),
            email: optional,
            id: optional,
            identifier: fc.option(fc.record({ value: text, type: text }), { nil: undefined }),
          }),
          name: optional,
          awardKey: text,
          issuedOn: fc.option(instant, { nil: undefined }),
          expiresOn: fc.option(instant, { nil: undefined }),
          evidence: fc.array(
            fc.record({
              url: optional,
              name: optional,
              description: optional,
              narrative: optional,
              genre: optional,
              audience: optional,
              file: fc.option(fc.record({ path: text, sha256: optional, storedAs: text }), { nil: undefined }),
            }),
          ),
          narrative: optional,
          credits: fc.option(
            fc.double({ noNaN: true, noDefaultInfinity: true }).filter((credits) => credits !== 0),
            {
              nil: undefined,
            },
          ),
          results: fc.array(fc.record({ name: text, value: optional, level: optional, status: optional })),
        }),
      }),
    }),
  }),
);

async function* inGroups<T>(all: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield await Promise.resolve(all.slice(at, at + size));
}

describe('between threads', () => {
  test('texts arrive as they were, however long', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.constantFrom(1, 7, 50_000))), (parts) => {
        const texts = parts.map(([part, times]) => part.repeat(times));
        expect(Array.from(receivedTexts(arrived(sentTexts(texts))), String)).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });

  test('orders arrive as they were', () => {
    fc.assert(
      fc.property(orders, (all) => {
        expect([...receivedOrders(arrived(sentOrders(all)))]).toEqual(all);
      }),
    );
  });

  test('signed credentials arrive in their order, and their bytes are those of their texts', async () => {
    const form = { extension: 'json', verificationMethod: 'did:web:school.example#key-1' } as const;
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1 }), async (texts) => {
        const all = texts.map((each) => ({ ...form, text: each }));
        const received = receivedCredentials(arrived(await sentCredentials(inGroups(all, 3))));
        expect(
          received.map(({ text: each, extension, verificationMethod }) => [each, extension, verificationMethod]),
        ).toEqual(texts.map((each) => [each, form.extension, form.verificationMethod]));
        expect(received.map(({ bytes }) => Buffer.from(bytes ?? []).toString('utf8'))).toEqual(texts);
      }),
    );
  });

  test('credentials that were signed in different ways do not travel as if they were alike', async () => {
    const signed = (verificationMethod: string): SecuredText => ({ text: '{}', extension: 'json', verificationMethod });
    await expect(sentCredentials(inGroups([signed('did:a#1'), signed('did:a#2')], 1))).rejects.toThrow('signed alike');
  });

  test('what was gathered before is in nothing that is sent later', () => {
    const [first, second] = [sentTexts(['a'.repeat(1000)]), sentTexts(['b'])];
    expect(Array.from(receivedTexts(arrived(second)), String)).toEqual(['b']);
    expect(Array.from(receivedTexts(first), String)).toEqual(['a'.repeat(1000)]);
  });

  test('only awards are ordered of another thread', () => {
    const [order] = fc
      .sample(
        orders.filter(({ length }) => length > 0),
        1,
      )
      .flat();
    if (order === undefined) throw new Error('there is an order');
    const document: Order = { ...order, content: { kind: 'document', document: {}, images: [] } };
    expect(() => sentOrders([order, document])).toThrow('only awards');
  });
});
