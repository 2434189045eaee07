import { extract } from '../../bake/bake.ts';
import { EXIT, type ExitCode, ifUsable, unusable } from '../../errors.ts';
import { ADVICE, type Difference, type DifferenceKind, documentDifference } from '../../issue/ledger-check.ts';
import { listStanding } from '../../issue/list-standing.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import type { AwardRecord, Ledger, StatusListRow } from '../../ports.ts';
import { isAsSigned, issuerKeys } from '../../programme/issued-signature.ts';
import { listFiles } from '../../programme/files.ts';
import { filesOfAward, issuedFiles, readIssued } from '../../programme/issued-files.ts';
import { MAX_IMAGE_BYTES } from '../../programme/definitions.ts';
import { openProgramme, type Programme } from '../../programme/programme.ts';
import type { Json } from '../../syntax/json.ts';
import { visible } from '../../syntax/text.ts';
import type { CommonOptions } from '../commands/shared.ts';
import { usingLedger } from '../open-ledger.ts';
import type { Session } from '../session.ts';
import { count, counted, styles } from '../style.ts';
import { basename } from 'node:path';
import { asList } from '../../openbadges/credential.ts';
import { evidenceCopies, evidenceDigest, evidenceFolders } from '../../programme/evidence-files.ts';
import { isJsonObject, type JsonObject } from '../../syntax/json.ts';

/** `ledger check`: compares ledger, files and status lists, and names every difference. Writes nothing. */
export async function runLedgerCheck(options: CommonOptions, session: Session): Promise<ExitCode> {
  const programme = await openProgramme(session.cwd, options.programme);
  const check = new Check(programme, session.clock());
  await usingLedger(programme, undefined, session, (ledger) => check.run(ledger));
  const { differences, awards, lists } = check;
  if (options.json === true)
    session.out(
      `${JSON.stringify({ badgekit: 1, command: 'ledger check', awards, lists, differences: differences.map((difference) => ({ ...difference, file: difference.file ?? null, credential: difference.credential ?? null })) })}\n`,
    );
  else session.out(asText(check, programme, session));
  return differences.length > 0 ? EXIT.no : EXIT.yes;
}

function asText({ differences, awards, lists }: Check, programme: Programme, session: Session): string {
  const { out } = styles(session);
  if (differences.length === 0)
    return `Ledger, files and status lists agree: ${counted(awards, 'badge')}, ${counted(lists, 'list')}.\n`;
  const lines = differences.map(({ kind, what, file, advice }) => {
    const place = file === undefined ? '' : `${visible(programme.shown(file), 300)}: `;
    return `${out.bold(kind)}  ${place}${visible(what, 400)}\n  ${out.dim(`→ ${advice}`)}\n`;
  });
  return `${lines.join('')}${counted(differences.length, 'difference')} among ${count(awards)} badges and ${counted(lists, 'list')}.\n`;
}

class Check {
  readonly differences: Difference[] = [];
  awards = 0;
  lists = 0;
  readonly #programme: Programme;
  readonly #now: number;
  /** Files that the ledger knows. */
  readonly #known = new Set<string>();
  #keyOf: ((verificationMethod: string) => PublicKey | undefined) | undefined;
  /** Names of compromised keys. */
  readonly #stolen = new Set<string>();
  /** Names, without endings, of files that are to be gone. */
  readonly #erased = new Set<string>();
  /** The names of all credentials that the ledger knows. */
  readonly #credentials = new Set<string>();

  constructor(programme: Programme, now: number) {
    this.#programme = programme;
    this.#now = now;
  }

  async run(ledger: Ledger): Promise<void> {
    for (const fault of await ledger.faults()) this.#note('database', fault);
    this.#keyOf = await issuerKeys(this.#programme).catch(unusable);
    if (this.#keyOf === undefined)
      this.#note('signature', "the issuer's DID document cannot be read, so no signature was looked at");
    for (const { name, state } of (await ledger.endedKeys()).values())
      if (state === 'compromised') this.#stolen.add(name);
    for await (const record of ledger.dump()) {
      if (record.kind === 'award') await this.#checkAward(record);
      if (record.kind === 'list') await this.#checkList(record, ledger);
    }
    await this.#checkStrays();
  }

  #note(kind: DifferenceKind, what: string, file?: string, credential?: string): void {
    this.differences.push({ kind, what, file, credential, advice: ADVICE[kind] });
  }

  async #checkAward(award: AwardRecord): Promise<void> {
    this.#credentials.add(award.credentialId.replace('urn:uuid:', ''));
    if (award.erasedAt !== undefined) this.#erased.add(award.credentialId.replace('urn:uuid:', ''));
    else if (award.state === 'reserved') {
      this.#note('reserved', `${award.credentialId} was reserved and not issued`, undefined, award.credentialId);
      return;
    }
    this.awards++;
    const files = award.erasedAt === undefined ? await filesOfAward(this.#programme, award) : award.files;
    for (const file of files) this.#known.add(file);
    const isRevoked = award.changes.some(({ purpose, set }) => purpose === 'revocation' && set);
    if (!isRevoked && award.places.length > 0 && this.#isStolen(award.verificationMethod))
      this.#note('key ended', 'it is signed with a compromised key, and not revoked', files[0], award.credentialId);
    const [main, ...images] = files;
    if (main === undefined) return;
    if (!(await this.#programme.files.exists(main))) {
      this.#note('file missing', `the ledger knows it as ${award.credentialId}`, main, award.credentialId);
      return;
    }
    const issued = await readIssued(this.#programme, main);
    if (issued === undefined) {
      this.#note('file unreadable', 'it cannot be read as a credential', main, award.credentialId);
      return;
    }
    const difference = documentDifference(award, issued.document, this.#programme.config.hosting);
    if (difference !== undefined) this.#note('file differs', difference, main, award.credentialId);
    else if (this.#keyOf !== undefined && !(await isAsSigned(issued, this.#keyOf)))
      this.#note('signature', "it is not as one of the issuer's keys signed it", main, award.credentialId);
    for (const image of images) await this.#checkImage(image, issued.text, award.credentialId);
    await this.#checkEvidence(award.credentialId, issued.document);
  }

  #isStolen(verificationMethod: Json | undefined): boolean {
    const [, name = ''] =
      /#(.+?)(?:-jwk)?$/.exec(typeof verificationMethod === 'string' ? verificationMethod : '') ?? [];
    return this.#stolen.has(name);
  }

  async #checkImage(image: string, text: string, credentialId: string): Promise<void> {
    const { files } = this.#programme;
    if (!(await files.exists(image))) {
      this.#note('file missing', `the ledger knows it as ${credentialId}`, image, credentialId);
      return;
    }
    const bytes = await files.read(image, MAX_IMAGE_BYTES * 2);
    const carried = ifUsable(() => extract(bytes));
    if (carried === undefined) this.#note('file unreadable', 'it carries no credential', image, credentialId);
    else if (carried.credential.trim() !== text.trim())
      this.#note('file differs', 'it carries another credential than the file beside it', image, credentialId);
  }

  /** Files that were evidence, by the digests that were signed. */
  async #checkEvidence(credentialId: string, { evidence }: JsonObject): Promise<void> {
    const copies = asList(evidence).some((entry) => isJsonObject(entry) && entry['digestMultibase'] !== undefined)
      ? await evidenceCopies(this.#programme, [credentialId])
      : [];
    for (const [index, entry] of asList(evidence).entries()) {
      if (!isJsonObject(entry) || entry['digestMultibase'] === undefined) continue;
      const path = copies.find(
        (copy) => basename(copy).startsWith(`${index + 1}.`) || basename(copy) === `${index + 1}`,
      );
      if (path === undefined)
        this.#note('file missing', `the copy of evidence ${index + 1} is not here`, undefined, credentialId);
      else if ((await evidenceDigest(this.#programme, path)) !== entry['digestMultibase'])
        this.#note('file differs', 'it is not the evidence whose digest was signed', path, credentialId);
    }
  }

  async #checkList(list: StatusListRow, ledger: Ledger): Promise<void> {
    if (this.#programme.config.hosting === undefined) return;
    this.lists++;
    const { path, verificationMethod, faults } = await listStanding(list, ledger, this.#programme.files, this.#now);
    if (this.#isStolen(verificationMethod)) this.#note('key ended', 'it is signed with a compromised key', path);
    for (const fault of faults) this.#note(fault.kind, fault.what, fault.path);
  }

  async #checkStrays(): Promise<void> {
    for await (const { path } of issuedFiles(this.#programme)) {
      if (this.#known.has(path)) continue;
      if (this.#erased.has(path.replace(/^.*\/|\.[^.]+$/g, '')))
        this.#note('file erased', 'the badge of somebody who was erased is here again', path);
      else this.#note('file unknown', 'the ledger does not know this credential', path);
    }
    for (const { path, name } of await evidenceFolders(this.#programme)) {
      if (this.#erased.has(name)) this.#note('file erased', 'the evidence of somebody who was erased is here', path);
      else if (!this.#credentials.has(name))
        this.#note('file unknown', 'the ledger knows no credential that this is the evidence of', path);
    }
    for (const folder of ['credentials', 'public'])
      for (const path of await listFiles(this.#programme.root, folder))
        if (/(?:^|\/)\.[^/]+\.tmp$/.test(path))
          this.#note('temporary file', 'a run was killed while it wrote it', path);
  }
}
