import type { Evidence } from '../openbadges/credential.ts';
import { present } from '../openbadges/achievement.ts';
import type { Column } from '../roster/columns.ts';
import type { RosterRow } from '../roster/layout.ts';
import { constant } from '../syntax/constant.ts';
import { isWebUrl } from '../syntax/iri.ts';
import { encodeMultibaseUrl } from '../syntax/multibase.ts';
import { quoted } from '../syntax/text.ts';

/** What a row says was the evidence of an award: a page, a file, or a few words. */
export interface AwardedEvidence {
  readonly url: string | undefined;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly narrative: string | undefined;
  readonly genre: string | undefined;
  readonly audience: string | undefined;
  readonly file: EvidenceFile | undefined;
}

/** Whether there is something to look at, and not only something said about it. */
export function isSubstantial({ url, description, narrative, file }: AwardedEvidence): boolean {
  return [url, description, narrative, file].some((part) => part !== undefined);
}

/** A file that is evidence. */
export interface EvidenceFile {
  /** As the roster names it, from its own folder. */
  readonly path: string;
  /** Undefined where it was not looked at. */
  readonly sha256: string | undefined;
  /** What its copy is called in the folder of its credential. */
  readonly storedAs: string;
}

/** How a row's cells are read, and where what is wrong with them goes. */
export interface EvidenceCells {
  readonly cell: (column: Column) => string | undefined;
  /** The columns `evidence_file.<name>`: the names, and what stands in them. */
  readonly files: readonly { readonly name: string; readonly text: string; readonly at: number }[];
  readonly attached: RosterRow['attached'];
  readonly fault: (column: Column | number, message: string, hint: string | undefined) => void;
}

/** The evidence of a row: one by its own columns, and one for each column `evidence_file.<name>`. */
export function readEvidence({ cell, files, attached, fault }: EvidenceCells): readonly AwardedEvidence[] {
  const [url, path] = [cell('evidence_url'), cell('evidence_file')];
  if (url !== undefined && !isWebUrl(url))
    fault(
      'evidence_url',
      `evidence_url ${quoted(url)} is not a web address`,
      /\s/.test(url)
        ? 'there is a space in it: copy the address anew, or write %20 in place of the space'
        : 'write it in full, beginning with https://',
    );
  const own: AwardedEvidence = {
    url,
    name: cell('evidence_name'),
    description: cell('evidence_description'),
    narrative: cell('evidence_narrative'),
    genre: cell('evidence_genre'),
    audience: cell('evidence_audience'),
    file: path === undefined ? undefined : fileOf(path, 0, attached, (...of) => fault('evidence_file', ...of)),
  };
  const nothing = {
    url: undefined,
    description: undefined,
    narrative: undefined,
    genre: undefined,
    audience: undefined,
  };
  const more = files.map(({ name, text, at }, index): AwardedEvidence => {
    return { ...nothing, name, file: fileOf(text, index + 1, attached, (...of) => fault(at + 1, ...of)) };
  });
  return Object.values(own).some((said) => said !== undefined) ? [own, ...more] : more;
}

function fileOf(
  path: string,
  index: number,
  attached: RosterRow['attached'],
  fault: (message: string, hint: string | undefined) => void,
): EvidenceFile {
  const known = attached?.get(path);
  if (known?.ok === false) fault(`the evidence file ${quoted(path)} ${known.message}`, known.hint);
  return { path, sha256: known?.ok === true ? known.sha256 : undefined, storedAs: storedName(path, index) };
}

/** A name that is one on every system, and in web addresses. What a file was called may name a person: `ana.pdf` is `1.pdf`. */
function storedName(path: string, index: number): string {
  const [ending = ''] = /\.[A-Za-z0-9]{1,10}$/.exec(path) ?? [];
  return `${index + 1}${ending.toLowerCase()}`;
}

/** Where the copies of a credential's evidence lie in the programme. */
export function evidenceFolder(credentialId: string, isPublic: boolean): string {
  return `${isPublic ? 'public/' : ''}evidence/${credentialId.replace('urn:uuid:', '')}`;
}

const EVIDENCE_TYPES = constant(['Evidence'] as const);
/** The beginning of a multihash (sha2-256, 32 bytes). */
const SHA_256 = [0x12, 0x20];

/**
 * The evidence in a credential (Open Badges 3.0, B.1.11), with the digest of its file (VCDM 2.0, section 5.3).
 * @param hosting where its files are published; undefined where they are kept
 */
export function evidenceOf(
  evidence: readonly AwardedEvidence[],
  credentialId: string,
  hosting: string | undefined,
): Evidence[] {
  return evidence.map(({ url, name, description, narrative, genre, audience, file }) => {
    const published =
      file === undefined || hosting === undefined
        ? undefined
        : `${hosting}/${evidenceFolder(credentialId, false)}/${file.storedAs}`;
    return present({
      id: url ?? published,
      type: EVIDENCE_TYPES,
      name,
      description,
      narrative,
      genre,
      audience,
      digestMultibase: file?.sha256 === undefined ? undefined : digestMultibase(file.sha256),
    });
  });
}

/** A SHA-256, in hexadecimal, as a multihash in multibase (VCDM 2.0, section 5.3). */
export function digestMultibase(sha256: string): string {
  return encodeMultibaseUrl(Uint8Array.from([...SHA_256, ...Buffer.from(sha256, 'hex')]));
}
