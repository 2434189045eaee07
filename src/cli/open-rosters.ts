import { basename, dirname, resolve } from 'node:path';
import { BadgekitError } from '../errors.ts';
import { type ProgrammeConfig, rosterConfig } from '../programme/config.ts';
import { type EvidencePlace, withAttached } from '../programme/evidence-files.ts';
import { joinRosters, type NamedRoster } from '../programme/joined-roster.ts';
import type { Programme } from '../programme/programme.ts';
import { openRoster, type Roster } from '../programme/roster.ts';
import type { RosterRow } from '../roster/layout.ts';
import { visible } from '../syntax/text.ts';
import { readRosterHints, type RosterOptions } from './roster-options.ts';
import type { Session } from './session.ts';

export interface JoinOptions extends RosterOptions {
  readonly join?: string;
}

/** A roster by itself, without a look at the files that it names as evidence; what badgekit.yaml says of it counts. */
export async function openPlainRoster(
  path: string,
  shownAs: string,
  config: Pick<ProgrammeConfig, 'roster'>,
  calledAs = basename(path),
): Promise<Roster> {
  return await openRoster(path, shownAs, readRosterHints({}, rosterConfig(config, calledAs)));
}

/** One or several files as a roster, and each of them by itself. */
export interface OpenedRosters {
  readonly roster: Roster;
  readonly files: readonly NamedRoster[];
  /** Where its evidence lies. */
  readonly evidence: EvidencePlace;
}

/**
 * Opens a roster, or several that are joined. What the command line says about a file holds for the first; of the others
 * badgekit.yaml tells by their names, but for the order of dates.
 * @throws BadgekitError USAGE where several are given and it is not said how they belong together; as `openRoster`
 */
export async function openRosters(
  names: readonly string[],
  options: JoinOptions,
  { config, root }: Partial<Pick<Programme, 'config' | 'root'>>,
  session: Session,
): Promise<OpenedRosters> {
  const [first = '', second] = names;
  const { join } = options;
  if (second !== undefined && join === undefined)
    throw new BadgekitError('USAGE', 'several rosters are given, and it is not said how their rows belong together', {
      hint: `to join them: --join email; to issue one after the other, give one at a time, the first being ${visible(first, 200)}`,
    });
  if (second === undefined && join !== undefined)
    throw new BadgekitError('USAGE', '--join needs a second file to join with', {
      hint: 'give both, such as: --join email grades.csv attendance.csv',
    });
  const files: NamedRoster[] = [];
  for (const [index, name] of names.entries()) {
    const { dates } = options;
    const own: RosterOptions = index === 0 ? options : dates === undefined ? {} : { dates };
    const hints = { ...readRosterHints(own, rosterConfig(config ?? {}, basename(name))), isJoined: join !== undefined };
    files.push({ shownAs: name, roster: await openRoster(resolve(session.cwd, name), name, hints) });
  }
  const [only] = files;
  if (only === undefined) throw new Error('a roster is named');
  const roster = join === undefined ? only.roster : joinRosters(files, join);
  const evidence = {
    folder: dirname(resolve(session.cwd, first)),
    root,
    isPublic: config?.evidence === 'public' && config.hosting !== undefined,
  };
  const rows = (): AsyncIterable<RosterRow> => withAttached(roster.rows(), roster.reading.columns, evidence);
  return { files, evidence, roster: { ...roster, rows } };
}
