import { type SetUpCommand, gather, withDryRun, withOutput, withProgramme } from './shared.ts';

const EXAMPLES = `
Examples:
  badgekit define first-aid                 ask for what the badge needs
  badgekit define first-aid --name "First aid" --tier skill --description "…" --criteria "…" \\
      --alignment "First aid=https://…" --image first-aid.png --caption "A white cross on a green shield"
  badgekit define --check                   check every definition in badges/
  badgekit define --check badges/first-aid.yaml

badges/<name>.yaml holds more than the options do: alignments, results with levels, endorsements and so on.
schemas/definition.json describes it all.`;

export const setUp: SetUpCommand = (command, session, outcome) => {
  command
    .description(
      'Writes badges/<name>.yaml, or checks definitions and says for each fault where it is and what to write.',
    )
    .option('--check', 'check definitions instead of writing one')
    .option('--name <text>', 'what the badge is called')
    .option('--description <text>', 'what its holder has done or can do')
    .option('--tier <tier>', 'participation, skill or qualification')
    .option('--criteria <markdown>', 'what one must do to earn it')
    .option('--criteria-url <url>', 'the web page that says so')
    .option(
      '--image <file>',
      'PNG or SVG; may be given once for each (default: a plain SVG that badgekit draws)',
      gather,
    )
    .option('--caption <text>', 'what the image shows, for screen readers')
    .option('--type <type>', "the standard's achievementType, such as Course, Competency or Certification")
    .option('--valid-for <duration>', 'how long an award is valid, such as P2Y')
    .option('--language <code>', 'the language of the definition, such as en')
    .option('--tag <word>', 'a keyword; may be given several times', gather)
    .option('--alignment <name=url>', 'a skill of a framework that it shows; may be given several times', gather)
    .option('--force', 'replace a definition that is there');
  withOutput(withDryRun(withProgramme(command)))
    .addHelpText('after', EXAMPLES)
    .action(async (names: string[], options) => {
      const { runDefine } = await import('../run/define.ts');
      outcome.exitCode = await runDefine(names, options, session);
    });
};
