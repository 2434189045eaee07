import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { receivedCredentials, sentCredentials } from '../../src/cli/issue/sent-orders.ts';
import type { Issuer } from '../../src/issue/issuer.ts';
import { type Order, OwnWorkshop } from '../../src/issue/workshop.ts';
import { createFiles } from '../../src/programme/files.ts';
import { assembleCredential } from '../../src/openbadges/credential.ts';
import type { SigningChecks } from '../../src/proof/data-integrity.ts';
import { badgeContent, MADE, testIssuer } from '../support/badge.ts';
import { temporaryFolder } from '../support/cli.ts';

/** A workshop whose signatures are false from the n-th on, as those of a faulty computer. */
function faultyFrom(
  first: number,
  form: Issuer['form'],
  { id, key, method } = testIssuer(),
): { readonly workshop: OwnWorkshop; readonly cwd: string } {
  let signed = 0;
  const issuer: Issuer = {
    profile: badgeContent(id).issuer,
    hosting: undefined,
    recipients: 'hashed-email',
    form,
    key: {
      publicKey: key.publicKey,
      sign: async (bytes) => {
        const signature = await key.sign(bytes);
        signed++;
        return signed < first ? signature : signature.with(3, (signature[3] ?? 0) ^ 1);
      },
    },
    verificationMethod: { 'data-integrity': method, jwt: method },
    awardSecret: new Uint8Array(32),
    publishesEvidence: false,
    purposes: ['revocation'],
    hasListsPerTier: false,
    badges: new Map(),
  };
  const cwd = temporaryFolder();
  return { workshop: new OwnWorkshop(issuer, { kind: 'files', files: createFiles(cwd) }, undefined), cwd };
}

const { id } = testIssuer();
const orderOf = (number: number, checks: SigningChecks): Order => ({
  base: `credentials/knots/${number}`,
  content: { kind: 'document', document: assembleCredential(badgeContent(id)), images: [] },
  created: MADE,
  checks,
  shape: 'knots',
  provenAt: MADE,
});

describe.each(['data-integrity', 'jwt'] as const)('what is checked before it goes out (%s)', (form) => {
  const ending = form === 'jwt' ? 'jwt' : 'json';
  const selfCheck = expect.objectContaining({ code: 'SIGNATURE_SELF_CHECK' });

  test('the first of each kind, whatever the sample says, until one has passed', async () => {
    const { workshop, cwd } = faultyFrom(1, form);
    for (const number of [1, 2]) await expect(workshop.make([orderOf(number, 'none')])).rejects.toEqual(selfCheck);
    expect(existsSync(join(cwd, 'credentials'))).toBe(false);
  });

  test('of the others those that the sample takes', async () => {
    const { workshop, cwd } = faultyFrom(2, form);
    const { credentials } = await workshop.make([orderOf(1, 'none')]);
    expect(credentials[0]?.files).toEqual([`credentials/knots/1.${ending}`]);
    for (const checks of ['signature', 'everything'] as const)
      await expect(workshop.make([orderOf(2, checks)])).rejects.toEqual(selfCheck);
    expect(existsSync(join(cwd, `credentials/knots/2.${ending}`))).toBe(false);
    // What the sample passes over goes out unseen: that is what a sample is.
    await workshop.make([orderOf(3, 'none')]);
    expect(existsSync(join(cwd, `credentials/knots/3.${ending}`))).toBe(true);
  });

  test('nothing is written that goes through together with one that fails', async () => {
    const { workshop, cwd } = faultyFrom(3, form);
    const batch = [orderOf(1, 'none'), orderOf(2, 'none'), orderOf(3, 'signature')];
    await expect(workshop.make(batch)).rejects.toEqual(selfCheck);
    // The first of its kind went alone, was proven, and is there.
    expect(readdirSync(join(cwd, 'credentials/knots'))).toEqual([`1.${ending}`]);
  });

  test('nothing is there to be delivered of a batch in which one fails', async () => {
    const { workshop } = faultyFrom(3, form);
    const batch = [orderOf(1, 'none'), orderOf(2, 'none'), orderOf(3, 'signature')];
    await expect(sentCredentials(workshop.sign(batch))).rejects.toEqual(selfCheck);
  });

  test('one workshop delivers what another has signed as if it were its own', async () => {
    const issuer = testIssuer();
    const [alone, signing, delivering] = [1, 2, 3].map(() => faultyFrom(Infinity, form, issuer));
    const orders = Array.from({ length: 40 }, (_, number) => orderOf(number, 'none'));
    const made = await alone?.workshop.make(orders);
    if (signing === undefined) throw new Error('somebody signs');
    const signed = structuredClone(await sentCredentials(signing.workshop.sign(orders)));
    expect(existsSync(join(signing.cwd, 'credentials'))).toBe(false);
    expect(await delivering?.workshop.deliver(orders, receivedCredentials(signed))).toEqual(made);
    const filesOf = (place: typeof alone): readonly (readonly [string, string])[] => {
      const folder = join(place?.cwd ?? '', 'credentials/knots');
      return readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
    };
    expect(filesOf(delivering)).toHaveLength(40);
    expect(filesOf(delivering)).toEqual(filesOf(alone));
  });
});
