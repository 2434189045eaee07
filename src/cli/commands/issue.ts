import { withJoin, withRosterHints } from './roster-hints.ts';
import { type SetUpCommand, withDryRun, withOutput, withPassphrase, withProgramme } from './shared.ts';

const EXAMPLES = `
Columns that are read:
  email, or id (a DID or URL), or identifier and identifier_type
  name, badge, issued_on, expires_on, narrative,
  evidence_url, evidence_file (lies beside the roster), evidence_file.<name>, and of either evidence_name,
  evidence_description, evidence_narrative, evidence_genre, evidence_audience,
  score, level, result.<name of a result> or a column that is called as the result, credits, locale,
  award (tells two awards of one badge to one person apart)
A row whose locale is pt takes the definition badges/<badge>.pt.yaml, if there is one.
Exports of Moodle, Canvas, Open edX, Credly, forms and others are read as they are: badgekit roster inspect shows how.
Who of a gradebook earns a badge, its definition says: award_when: grade >= 70 (docs/rosters.md).

Examples:
  badgekit issue rosters/spring.csv
  badgekit issue grades.csv attendance.csv --join email
  badgekit issue export.csv --badge first-aid --map email="Contact"
  badgekit issue rosters/spring.csv --dry-run
  badgekit issue rosters/spring.csv --plan-out plan.json      to look at plan.html, or to have it approved
  badgekit issue --plan plan.json
  badgekit issue rosters/spring.csv --supersede        after names or results were corrected in it
  badgekit issue rosters/all.csv --shard 3/16          one of sixteen machines with one PostgreSQL ledger
  badgekit issue rosters/all.csv --to badges.tar       all files in one archive, none in credentials/
  badgekit issue rosters/all.csv --output jsonl | gzip > badges.jsonl.gz
  BADGEKIT_PASSPHRASE=… badgekit issue rosters/spring.csv --json      in a pipeline

To check a credential is to have other libraries make its canonical form, too, and to verify its signature.
Good rows are issued even where others are refused. Running it again never issues an award twice.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description(
      "Issues a badge for each row of a roster: signed, baked into the badge's image, recorded in the ledger.",
    )
    .option('--badge <name>', 'the badge of rows that name none')
    .option('--proof <form>', 'data-integrity or jwt (default: as badgekit.yaml says)')
    .option('--supersede', 'issue rows that changed since they were issued anew, and revoke what they replace')
    .option('--shard <n/of>', 'issue one part of the roster, such as 3/16, while other machines issue the others')
    .option('--output <form>', 'files (default), jsonl (a credential on each line) or tar (with the images)')
    .option('--to <file>', 'the archive to write, or to go on with (default: standard output)')
    .option('--jobs <number>', 'threads to work on (default: all cores for a roster of thousands of rows)')
    .option('--check-sample <n>', 'check one credential in n, at random, before it goes out (default: 1000)')
    .option('--check-all', 'check every one: slower by far')
    .option(
      '--plan-out <file>',
      'write what would be done into a plan (.json), and a page that shows it; issue nothing',
    )
    .option('--plan <file>', 'carry out a plan; refused, with the difference, where things changed since')
    .option('--strict', 'issue nothing if any row is refused');
  withOutput(withDryRun(withPassphrase(withProgramme(withJoin(withRosterHints(command))))))
    .addHelpText('after', EXAMPLES)
    .action(async (rosters: string[], options) => {
      const { beginRun } = await import('../issue/beginning.ts');
      const isAsBegun = options.programme === undefined && options.passphraseFile === undefined;
      const beginning = (isAsBegun ? session.begun : undefined) ?? (await beginRun(options, session));
      const { runIssue } = await import('../run/issue.ts');
      outcome.exitCode = await runIssue(rosters, options, beginning, session);
    });
};
