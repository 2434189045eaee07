import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sampler, USUAL_SAMPLE } from '../../src/cli/check-sample.ts';
import { savingDifference } from '../../src/issue/canonical-difference.ts';
import type { SigningChecks } from '../../src/proof/data-integrity.ts';
import { createFiles } from '../../src/programme/files.ts';
import { canonicalize, requireAgreement } from '../../src/proof/canonicalize.ts';
import { badgekit, temporaryFolder } from '../support/cli.ts';
import { TestProgramme } from '../support/programme.ts';

const DOCUMENT = {
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  id: 'urn:uuid:1/../../x',
  type: ['VerifiableCredential'],
  name: 'A',
};

describe('two canonical forms of one credential', () => {
  test('stop what is being done, and are kept with the document for their owner alone', async () => {
    const own = await canonicalize(DOCUMENT);
    await expect(requireAgreement(DOCUMENT, own)).resolves.toBeUndefined();
    const folder = temporaryFolder();
    const wrong = own.replace('"A"', '"B"');
    await expect(savingDifference(createFiles(folder), () => requireAgreement(DOCUMENT, wrong))).rejects.toMatchObject({
      code: 'CANONICAL_DIFFERENCE',
      where: { file: '.badgekit/differences/urn-uuid-1-x' },
    });
    const place = join(folder, '.badgekit/differences/urn-uuid-1-x');
    expect(readFileSync(join(place, 'badgekit.nq'), 'utf8')).toBe(wrong);
    expect(readFileSync(join(place, 'libraries.nq'), 'utf8')).toBe(own);
    expect(JSON.parse(readFileSync(join(place, 'document.json'), 'utf8'))).toEqual(DOCUMENT);
    expect(statSync(join(place, 'document.json')).mode & 0o077).toBe(0);
  });
});

describe('the sample that is checked before it goes out', () => {
  const times = (sample: () => SigningChecks, count: number): number =>
    Array.from({ length: count }, sample).filter((checks) => checks === 'everything').length;

  test('is one credential in so many, by chance', () => {
    let drawn = 0;
    const even = (): Uint8Array => Uint8Array.from([(drawn += 1) % 256, 0, 0, 0]);
    expect(times(sampler({ checkSample: '4' }, even), 1024)).toBe(256);
    expect(times(sampler({ checkAll: true }, even), 10)).toBe(10);
    expect(
      times(
        sampler({}, () => Uint8Array.from([255, 255, 255, 255])),
        10,
      ),
    ).toBe(0);
  });

  test('is by default what --help says', async () => {
    const { out } = await badgekit(['issue', '--help'], { cwd: temporaryFolder() });
    expect(out.replace(/\s+/g, ' ')).toContain(`before it goes out (default: ${USUAL_SAMPLE})`);
  });

  test.each(['0', '-1', '1.5', 'all', ''])('is no number of credentials: %s', (checkSample) => {
    expect(() => sampler({ checkSample }, () => new Uint8Array(4))).toThrow('is no number of credentials');
  });

  test('changes nothing of what is issued', async () => {
    const programme = await TestProgramme.make();
    programme.writeRoster(60);
    expect(await programme.json('issue', 'r.csv', '--check-all')).toMatchObject({ toIssue: 60 });
    expect((await programme.run('verify', 'credentials', '--offline')).out).toMatch(/^120 verified/);
    expect(await programme.run('issue', 'r.csv', '--check-sample', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--check-sample "x"'),
    });
  });
});
