import { describe, expect, test } from 'vitest';
import { libraryForm } from '../../src/proof/library-form.ts';
import { Shapes } from '../../src/proof/shapes.ts';
import type { DocumentLoader } from '../../src/ports.ts';
import type { JsonObject } from '../../src/syntax/json.ts';

const CONTEXT = 'https://contexts.example/v1';
const PREDICATE = 'https://v.example/says';

/** Contexts that badgekit does not bring. */
function contextOf(terms: JsonObject): DocumentLoader {
  return (url) =>
    Promise.resolve({
      contextUrl: null,
      documentUrl: url,
      document: { '@context': { '@version': 1.1, id: '@id', ...terms } },
    });
}

async function textBy(shapes: Shapes, document: JsonObject): Promise<string | undefined> {
  return (shapes.fillRecent(document) ?? (await shapes.fill(document)))?.text;
}

const SAYS = { says: { '@id': PREDICATE } } as const;
const of = (members: JsonObject): JsonObject => ({ '@context': CONTEXT, id: 'urn:x:1', ...members });

describe('the shapes of documents', () => {
  test('have templates from the second document on', async () => {
    const shapes = new Shapes(contextOf(SAYS));
    const texts = [];
    for (const says of ['a', 'b', 'c']) texts.push(await textBy(shapes, of({ says })));
    expect(texts).toEqual([undefined, `<urn:x:1> <${PREDICATE}> "b" .\n`, `<urn:x:1> <${PREDICATE}> "c" .\n`]);
  });

  test('are no matter of what a context defines as a term', async () => {
    const loader = contextOf({ see: { '@id': PREDICATE, '@type': '@vocab' }, 'urn:x:term': { '@id': 'urn:x:term' } });
    const shapes = new Shapes(loader);
    for (const see of ['urn:x:a', 'urn:x:b']) await textBy(shapes, of({ see }));
    expect(await textBy(shapes, of({ see: 'urn:x:c' }))).toBe(`<urn:x:1> <${PREDICATE}> <urn:x:c> .\n`);
    expect(await textBy(shapes, of({ see: 'urn:x:term' }))).toBeUndefined();
  });

  test('have no template where the libraries tell apart what makes one statement', async () => {
    const loader = contextOf({
      ...SAYS,
      writes: { '@id': PREDICATE, '@type': 'http://www.w3.org/2001/XMLSchema#string' },
    });
    const shapes = new Shapes(loader);
    for (const writes of ['b', 'c', 'd', 'a']) expect(await textBy(shapes, of({ says: 'a', writes }))).toBeUndefined();
    expect((await libraryForm(of({ says: 'a', writes: 'a' }), loader)).split('\n')).toHaveLength(3);
  });

  test('have no template where a context tells values apart by an index', async () => {
    const shapes = new Shapes(contextOf({ ...SAYS, things: { '@id': PREDICATE, '@container': '@index' } }));
    for (const says of ['a', 'b', 'c']) expect(await textBy(shapes, of({ says }))).toBeUndefined();
  });

  test('are tried again where the document at hand had what a template cannot be made from', async () => {
    const shapes = new Shapes(contextOf(SAYS));
    const bySight = [];
    for (const says of ['a', '8100000000', 'c', 'd', 'e'])
      bySight.push((await textBy(shapes, of({ says }))) !== undefined);
    expect(bySight).toEqual([false, false, false, true, true]);
  });

  test('are made once, however many documents are at it at the same time', async () => {
    const loads = async (others: number): Promise<number> => {
      let loaded = 0;
      const loader = contextOf(SAYS);
      const shapes = new Shapes((url) => {
        loaded++;
        return loader(url);
      });
      await shapes.fill(of({ says: 'a' }));
      await Promise.all(Array.from({ length: others }, (_, at) => shapes.fill(of({ says: `b${at}` }))));
      expect(await textBy(shapes, of({ says: 'c' }))).toBeDefined();
      return loaded;
    };
    const one = await loads(1);
    expect(one).toBeGreaterThan(0);
    expect(await loads(64)).toBe(one);
  });

  test('are tried ever more seldom where no document can be made a template of', async () => {
    let loaded = 0;
    const loader = contextOf(SAYS);
    const shapes = new Shapes((url) => {
      loaded++;
      return loader(url);
    });
    const document = of({ says: '8100000000', see: { '@context': CONTEXT, id: 'urn:x:2' } });
    for (let time = 0; time < 1000; time++) await shapes.fill(document);
    expect(loaded).toBeGreaterThan(0);
    expect(loaded).toBeLessThan(20);
  });

  test('are forgotten where there are many', async () => {
    const shapes = new Shapes(contextOf(SAYS));
    const document = (length: number, text: string): JsonObject =>
      of({ says: Array.from({ length }, (_, at) => `${text}${at}`) });
    for (let length = 1; length <= 80; length++)
      for (const text of ['a', 'b']) await textBy(shapes, document(length, text));
    expect(await textBy(shapes, document(80, 'c'))).toBeDefined();
    expect(await textBy(shapes, document(1, 'c'))).toBeUndefined();
  });

  test('are not remembered where they are very long', async () => {
    const shapes = new Shapes(contextOf(SAYS));
    const document = of({ says: ['a', ...Array.from({ length: 60_000 }, () => null)] });
    for (let time = 0; time < 3; time++) expect(await shapes.fill(document)).toBeUndefined();
    const short = of({ says: 'a' });
    for (let time = 0; time < 3; time++) await shapes.fill(short);
    expect(await textBy(shapes, short)).toBeDefined();
  });
});
