import { describe, expect, test } from 'vitest';
import { CompactSign } from 'jose';
import { generatePrivateKey } from '../../src/keys/private-key.ts';
import type { JsonObject } from '../../src/syntax/json.ts';
import { readTrust } from '../../src/verify/trust-list.ts';
import { DEFAULT_NEEDS } from '../../src/verify/verdict.ts';
import { verify } from '../../src/verify/verify.ts';
import { createTrust } from '../../src/world/trust.ts';
import { bytesOf, codes, NOW, outcomeOf, signedBadge, testIssuer } from '../support/badge.ts';
import { fakeWeb } from '../support/web.ts';

const issuer = testIssuer();

async function judge(list: string, documents: Readonly<Record<string, unknown>> = {}) {
  const world = fakeWeb(documents);
  const trust = createTrust(readTrust(list, 'list'), world);
  return await verify(bytesOf(await signedBadge(issuer)), { at: NOW, world, trust });
}

describe("a reader's own list", () => {
  test('knows the issuers that are in it, and no others', async () => {
    const known = await judge(`name: Partners\nissuers:\n  - id: ${issuer.id}\n    name: The school\n`);
    expect(known.verdict).toBe('verified');
    expect(outcomeOf(known, 'trust')).toBe('passed');
    const unknown = await judge('issuers:\n  - id: did:web:other.example\n');
    expect(unknown.verdict).toBe('undetermined');
    expect(unknown.headline).toMatch(/^UNKNOWN ISSUER {2}.*the signature is good$/);
    expect(codes(unknown)).toEqual(['ISSUER_UNKNOWN']);
  });

  test('trusts within its dates alone, the last day included', async () => {
    for (const [dates, outcome] of [
      ['from: 2026-06-01', 'passed'],
      ['until: 2026-06-01', 'passed'],
      ['from: 2026-06-02', 'undetermined'],
      ['until: 2026-05-31', 'undetermined'],
    ])
      expect(outcomeOf(await judge(`issuers:\n  - id: ${issuer.id}\n    ${dates}\n`), 'trust'), dates).toBe(outcome);
  });

  test('can trust one issuer for several periods', async () => {
    const periods = (...years: readonly number[]) =>
      `issuers:\n${years.map((year) => `  - { id: '${issuer.id}', from: ${year}-01-01, until: ${year}-12-31 }\n`).join('')}`;
    expect(outcomeOf(await judge(periods(2026, 2030)), 'trust')).toBe('passed');
    expect(outcomeOf(await judge(periods(2024, 2026)), 'trust')).toBe('passed');
    expect(outcomeOf(await judge(periods(2024, 2030)), 'trust')).toBe('undetermined');
  });

  test('with a key settles a key that nothing else confirms', async () => {
    const web = {
      ...issuer,
      id: 'https://school.example/i',
      method: `https://school.example/i#${issuer.key.publicKey.multikey ?? ''}`,
    };
    const list = readTrust(`issuers:\n  - id: ${web.id}\n    keys: [${issuer.key.publicKey.multikey ?? ''}]\n`, 'list');
    const keys = list.flatMap((source) => (source.kind === 'list' ? source.keys : []));
    const world = fakeWeb({});
    const report = await verify(bytesOf(await signedBadge(web)), {
      at: NOW,
      world,
      keys,
      trust: createTrust(list, world),
    });
    expect(report.verdict).toBe('verified');
  });

  test.each([
    ['no issuers', 'name: x', 1],
    ['a misspelt member', 'issuers:\n  - id: did:web:a.example\n    form: 2026-01-01', 3],
    ['an id that is no IRI', 'issuers:\n  - id: school', 2],
    ['a date that is none', 'issuers:\n  - id: did:web:a.example\n    from: 2026-13-01', 3],
  ])('with %s is refused, with its place', (_, text, line) => {
    expect(() => readTrust(text, 'list.yaml')).toThrow(
      expect.objectContaining({ code: 'TRUST_INVALID', where: expect.objectContaining({ file: 'list.yaml', line }) }),
    );
  });
});

describe('registers', () => {
  const ADDRESS = 'https://registry.example/registry.json';

  test('of the Digital Credentials Consortium are read as a file, or from their address', async () => {
    const registry = { meta: {}, registry: { [issuer.id]: { name: 'The school', url: 'https://school.example' } } };
    expect(outcomeOf(await judge(JSON.stringify(registry)), 'trust')).toBe('passed');
    const list = JSON.stringify([{ type: 'dcc-legacy', name: 'Community', url: ADDRESS }]);
    expect(outcomeOf(await judge(list, { [ADDRESS]: registry }), 'trust')).toBe('passed');
    expect(codes(await judge(list, { [ADDRESS]: { registry: {} } }))).toEqual(['ISSUER_UNKNOWN']);
    expect(codes(await judge(list))).toEqual(['TRUST_UNREACHABLE']);
  });

  const anchor = generatePrivateKey('P-256');
  const signed = (payload: JsonObject, key = anchor) =>
    new CompactSign(bytesOf(payload))
      .setProtectedHeader({ alg: 'ES256', typ: 'entity-statement+jwt' })
      .sign(key.object);
  const ANCHOR = 'https://federation.example/.well-known/openid-federation';
  const FETCH = 'https://federation.example/fetch';
  const configuration = {
    iss: 'https://federation.example',
    sub: 'https://federation.example',
    jwks: { keys: [{ ...anchor.publicKey.jwk, kid: 'a' }] },
    metadata: { federation_entity: { federation_fetch_endpoint: FETCH } },
  };
  const statement = {
    iss: 'https://federation.example',
    sub: issuer.id,
    exp: NOW / 1000 + 60,
    metadata: { federation_entity: { organization_name: 'The school' } },
  };
  const list = JSON.stringify([{ type: 'oidf', name: 'Federation', trustAnchorEC: ANCHOR }]);
  const about = `${FETCH}?sub=${encodeURIComponent(issuer.id)}`;

  test('in the manner of OpenID Federation answer with statements that they sign', async () => {
    const report = await judge(list, { [ANCHOR]: await signed(configuration), [about]: await signed(statement) });
    expect(outcomeOf(report, 'trust')).toBe('passed');
    expect(report.verdict).toBe('verified');
  });

  test('are not believed under another key, about somebody else, or after the end of a statement', async () => {
    const other = generatePrivateKey('P-256');
    for (const [documents, code] of [
      [{ [ANCHOR]: await signed(configuration), [about]: await signed(statement, other) }, 'TRUST_UNREACHABLE'],
      [{ [ANCHOR]: await signed(configuration, other), [about]: await signed(statement) }, 'TRUST_UNREACHABLE'],
      [
        { [ANCHOR]: await signed(configuration), [about]: await signed({ ...statement, sub: 'x' }) },
        'TRUST_UNREACHABLE',
      ],
      [{ [ANCHOR]: await signed(configuration), [about]: await signed({ ...statement, exp: 1 }) }, 'ISSUER_UNKNOWN'],
    ] as const)
      expect(codes(await judge(list, documents))).toEqual([code]);
  });
});

describe('what must have been checked', () => {
  const needs = (...made: ('status' | 'trust' | 'recipient')[]) => ({
    possible: new Set([...DEFAULT_NEEDS.possible, ...made]),
    made: new Set([...DEFAULT_NEEDS.made, ...made]),
  });

  test('is undetermined where there was nothing to check', async () => {
    const world = fakeWeb({});
    const badge = bytesOf(await signedBadge(issuer));
    expect((await verify(badge, { at: NOW, world })).verdict).toBe('verified');
    for (const check of ['status', 'trust', 'recipient'] as const) {
      const report = await verify(badge, { at: NOW, world, needs: needs(check) });
      expect(report.verdict, check).toBe('undetermined');
      expect(outcomeOf(report, check)).toBe('skipped');
    }
  });
});
