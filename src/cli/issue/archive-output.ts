import { extname, resolve } from 'node:path';
import { BadgekitError } from '../../errors.ts';
import { ARCHIVE_FORMS, type ArchiveForm, TAR_END } from '../../issue/packing.ts';
import type { Ledger } from '../../ports.ts';
import type { Archive } from '../../programme/archive.ts';
import type { Programme } from '../../programme/programme.ts';
import { choose } from '../choice.ts';
import type { Session } from '../session.ts';

export interface ArchiveOptions {
  readonly output?: string;
  readonly to?: string;
}

/** An archive that is wanted instead of files. */
export interface WantedArchive {
  readonly form: ArchiveForm;
  /** As the user named it; undefined for standard output. */
  readonly file: string | undefined;
}

const FORMS = ['files', ...ARCHIVE_FORMS] as const;

/**
 * Reads which archive is wanted, if any.
 * @throws BadgekitError USAGE
 */
export function readArchiveOptions({ output, to }: ArchiveOptions, isJson: boolean): WantedArchive | undefined {
  const named = choose('--output', output, FORMS);
  const byEnding = to === undefined ? undefined : ARCHIVE_FORMS.find((form) => extname(to) === `.${form}`);
  const form = named ?? byEnding;
  if (to === undefined) {
    if (form === undefined || form === 'files') return undefined;
    if (isJson)
      throw new BadgekitError('USAGE', `--json and --output ${form} both write to standard output`, {
        hint: `name a file for the badges: --to badges.${form}`,
      });
    return { form, file: undefined };
  }
  if (form === undefined || form === 'files')
    throw new BadgekitError('USAGE', '--to names an archive, and it is not said which kind', {
      hint: `give --output ${ARCHIVE_FORMS.join(' or --output ')}`,
    });
  return { form, file: to };
}

/**
 * Opens the archive, to be written to.
 * @throws BadgekitError as `openArchive` does; USAGE where it would be a terminal's to show
 */
export async function openWantedArchive(
  { form, file }: WantedArchive,
  programme: Programme,
  ledger: Ledger,
  session: Session,
): Promise<Archive> {
  if (file === undefined) return await standardOutput(form, session);
  const { openArchive } = await import('../../programme/archive.ts');
  return await openArchive({
    path: resolve(session.cwd, file),
    shownAs: file,
    form,
    programme,
    ledger,
    onLongWait: () => session.err(`Waiting for ${file}: another badgekit is writing to it.\n`),
  });
}

async function standardOutput(form: ArchiveForm, session: Session): Promise<Archive> {
  const { kind, write } = await session.byteOutput();
  if (kind === 'terminal' && form === 'tar')
    throw new BadgekitError('USAGE', 'a tar archive is nothing that a terminal can show', {
      hint: 'name a file for it, --to badges.tar, or give it to another program: | gzip > badges.tar.gz',
    });
  return {
    isPipe: kind !== 'file',
    write,
    end: async () => {
      if (form === 'tar') await write(TAR_END);
    },
  };
}

/** Where standard output is the archive's, a session that tells its results on standard error. */
export function sessionBeside(archive: WantedArchive | undefined, session: Session): Session {
  if (archive === undefined || archive.file !== undefined) return session;
  return { ...session, out: session.err, colours: { out: session.colours.err, err: session.colours.err } };
}
