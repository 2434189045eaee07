import { BadgekitError } from '../errors.ts';
import { hasAll, type RosterFormat, type RosterHead } from './layout.ts';
import { accredible, badgr, blockcerts, credly, dcc, geobadges } from './systems/bulk.ts';
import {
  eventbrite,
  googleForms,
  microsoftForms,
  oneRoster,
  oneRosterResults,
  teams,
  zoom,
} from './systems/attendance.ts';
import { blackboard, canvas, edx, edxProfile, moodleActivities, moodleGradebook } from './systems/grades.ts';
import { moodleCompletion } from './systems/moodle.ts';
import { xapi } from './systems/xapi.ts';

/** What systems write, the more particular ones first. */
const SYSTEMS: readonly RosterFormat[] = [
  credly,
  badgr,
  accredible,
  blockcerts,
  dcc,
  geobadges,
  moodleCompletion,
  moodleGradebook,
  moodleActivities,
  canvas,
  edx,
  edxProfile,
  blackboard,
  googleForms,
  microsoftForms,
  eventbrite,
  zoom,
  teams,
  oneRoster,
  oneRosterResults,
  xapi,
];

/** A list of awards, by badgekit's own columns or by words for them: what everything else is taken for. */
export const LIST = 'list';

export const FORMAT_NAMES: readonly string[] = ['auto', LIST, ...SYSTEMS.map(({ name }) => name)];

/** What a file is, and how that is known. */
export interface FoundFormat {
  /** Undefined for a list. */
  readonly system: RosterFormat | undefined;
  readonly why: string;
}

/**
 * Finds out which system wrote a roster.
 * @param wanted the name of a format; undefined or `auto` where the file is to tell
 * @throws BadgekitError ROSTER_INVALID for a report that names nobody
 */
export function findFormat(head: RosterHead, wanted: string | undefined): FoundFormat {
  refuseAggregate(head);
  if (wanted !== undefined && wanted !== 'auto')
    return { system: SYSTEMS.find(({ name }) => name === wanted), why: 'you said so' };
  for (const system of SYSTEMS) {
    const why = system.recognize(head);
    if (why !== undefined) return { system, why };
  }
  return { system: undefined, why: 'no system that badgekit knows names its columns so' };
}

/** Reports that count people instead of naming them. */
const AGGREGATES: readonly { readonly title: string; readonly columns: readonly string[]; readonly instead: string }[] =
  [
    {
      title: "Open edX's count of certificates",
      columns: ['CourseID', 'Certificate Type', 'Total Certificates Issued'],
      instead: 'download the grade report and the profile report of the course',
    },
  ];

function refuseAggregate(head: RosterHead): void {
  const found = AGGREGATES.find(({ columns }) => hasAll(head, ...columns));
  if (found === undefined) return;
  throw new BadgekitError('ROSTER_INVALID', `this is ${found.title}: it names nobody`, {
    where: { line: 1 },
    hint: found.instead,
  });
}
