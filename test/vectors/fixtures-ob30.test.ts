import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publicKeyFromJwk, publicKeyFromMultikey } from '../../src/keys/public-key.ts';
import { openJwt } from '../../src/proof/jwt.ts';
import { extract } from '../../src/bake/bake.ts';
import { verify } from '../../src/verify/verify.ts';
import { createWorld } from '../../src/world/world.ts';
import { codes, offline, outcomeOf } from '../support/badge.ts';
import { conformancePath, hasConformance, readBytes } from '../support/conformance.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const DEMONSTRATION_KEY = 'z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi';
const given = (multikey = DEMONSTRATION_KEY) => offline({ at: NOW, keys: [publicKeyFromMultikey(multikey)] });
const alone = offline({ at: NOW });
const fixture = (name: string): Uint8Array => readBytes(`fixtures/ob30/${name}`);

/** Each fixture of the 1EdTech validator: the verdict, and the reason that its page names, without any help. */
describe.skipIf(!hasConformance)('the 1EdTech fixtures, offline and alone', () => {
  test.each([
    ['simple.json', 'undetermined', ['KEY_NOT_AUTHENTICATED', 'TEST_KEY']],
    ['simple_v1.json', 'undetermined', ['KEY_NOT_AUTHENTICATED']],
    ['simple-json.png', 'undetermined', ['KEY_NOT_AUTHENTICATED']],
    ['simple-jwt.svg', 'undetermined', ['KEY_NOT_AUTHENTICATED']],
    ['simple-err-expired.json', 'rejected', ['EXPIRED']],
    ['simple-err-proof-value.json', 'rejected', ['SIGNATURE_WRONG']],
    ['simple-err-evidence-type.json', 'rejected', ['SCHEMA', 'TERM_UNDEFINED']],
    ['simple-err-credential-subject-type.json', 'rejected', ['SCHEMA', 'TERM_UNDEFINED']],
    ['simple-err-context.json', 'rejected', ['CONTEXT_ORDER']],
    ['simple-err-type.json', 'rejected', ['TYPE_WRONG']],
    ['simple-err-proof-method-unknown-scheme.json', 'rejected', ['KEY_METHOD_UNKNOWN']],
    ['simple-multiple-proofs.json', 'rejected', ['TERM_UNDEFINED']],
    ['simple-noproof.json', 'rejected', ['NO_PROOF']],
    ['complete.json', 'rejected', ['ENDORSEMENT_REJECTED']],
    ['endorsement-valid.json', 'undetermined', ['KEY_NOT_AUTHENTICATED']],
    ['credential-status-revoked.json', 'undetermined', ['KEY_UNREACHABLE']],
    ['bit-string-list/credential-status-revoked.json', 'undetermined', ['KEY_NOT_AUTHENTICATED', 'STATUS_UNKNOWN']],
    ['bit-string-list/testlist', 'undetermined', ['KEY_NOT_AUTHENTICATED']],
  ])('%s is %s for %j', async (name, verdict, expected) => {
    const report = await verify(fixture(name), alone);
    expect(report.verdict).toBe(verdict);
    expect(codes(report)).toEqual(expect.arrayContaining(expected));
  });

  test('the signature itself is good where only the key is in doubt', async () => {
    for (const name of [
      'simple.json',
      'simple_v1.json',
      'simple-json.png',
      'simple-jwt.svg',
      'endorsement-valid.json',
    ]) {
      expect(outcomeOf(await verify(fixture(name), alone), 'signature')).toBe('passed');
    }
  });
});

describe.skipIf(!hasConformance)("the 1EdTech fixtures, with the issuer's key given", () => {
  test.each([
    ['simple.json', DEMONSTRATION_KEY],
    ['simple_v1.json', 'z6MknNHHrBzPytzu6CUBP9Lg7fg4KSBjzimc2Frh693YbMiv'],
    ['endorsement-valid.json', 'z6MkoMGF38Ck9xkdqrbZt4h9eHb1qc3GhAAkoSWa4Vy3SHRN'],
    ['bit-string-list/testlist', DEMONSTRATION_KEY],
  ])('%s is verified', async (name, key) => {
    const report = await verify(fixture(name), given(key));
    expect(codes(report)).toEqual([]);
    expect(report.verdict).toBe('verified');
  });

  test('simple-json.png is verified with the key that its page names', async () => {
    const { credential } = extract(fixture('simple-json.png'));
    const key = /#(z6Mk[1-9A-Za-z]+)/.exec(credential)?.[1] ?? '';
    expect((await verify(fixture('simple-json.png'), given(key))).verdict).toBe('verified');
  });

  test('simple-jwt.svg is verified, and the missing sub is named', async () => {
    const key = publicKeyFromJwk(openJwt(extract(fixture('simple-jwt.svg')).credential).header['jwk']);
    const report = await verify(fixture('simple-jwt.svg'), offline({ at: NOW, keys: [key] }));
    expect(report.verdict).toBe('verified');
    expect(report.checks.flatMap(({ findings }) => findings)).toContainEqual(
      expect.objectContaining({ code: 'JWT_CLAIM_MISSING', path: '/sub' }),
    );
  });

  test('another key than the one that signed is told', async () => {
    const report = await verify(fixture('simple.json'), given('z6MknNHHrBzPytzu6CUBP9Lg7fg4KSBjzimc2Frh693YbMiv'));
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toEqual(['KEY_NOT_AUTHENTICATED']);
  });

  test('an expired badge is expired, not forged', async () => {
    const report = await verify(fixture('simple-err-expired.json'), given());
    expect(codes(report)).toEqual(['EXPIRED']);
    expect(report.headline).toBe('EXPIRED  it expired on 2010-01-01; the signature is good');
  });

  test('of complete.json the signature holds, and every endorsement is a placeholder', async () => {
    const report = await verify(fixture('complete.json'), given('z6Mknyb2Gb4NxzW3xSr9ChTtdQZ1zs77piQ3r9SaJ9vMzmrs'));
    expect(outcomeOf(report, 'signature')).toBe('passed');
    expect(outcomeOf(report, 'key')).toBe('passed');
    const endorsements = report.checks.find(({ check }) => check === 'endorsements');
    expect(endorsements?.findings).toHaveLength(5);
    for (const finding of endorsements?.findings ?? [])
      expect(finding).toMatchObject({ code: 'ENDORSEMENT_REJECTED', message: expect.stringContaining('placeholder') });
  });

  test('the bitstring fixture is revoked once its list is found where it says', async () => {
    const url =
      'https://raw.githubusercontent.com/1EdTech/digital-credentials-public-validator/refs/heads/main/inspector-vc/src/test/resources/ob30/bit-string-list';
    const world = createWorld({
      offline: true,
      hosting: [{ url, folder: conformancePath('fixtures/ob30/bit-string-list'), shownAs: 'list' }],
    });
    const report = await verify(fixture('bit-string-list/credential-status-revoked.json'), { ...given(), world });
    expect(report.verdict).toBe('rejected');
    expect(codes(report)).toContain('REVOKED');
    expect(report.headline).toMatch(/^REVOKED {2}.*; the signature is good$/);
  });
});

describe.skipIf(!hasConformance)('the key in the file is never believed', () => {
  test('no fixture is verified without a key that the reader gave', async () => {
    const names = [
      'simple.json',
      'simple_v1.json',
      'simple-json.png',
      'simple-jwt.svg',
      'endorsement-valid.json',
      'complete.json',
      'bit-string-list/testlist',
    ];
    for (const name of names)
      expect(
        (await verify(new Uint8Array(readFileSync(join(conformancePath('fixtures/ob30'), name))), alone)).verdict,
      ).not.toBe('verified');
  });
});
