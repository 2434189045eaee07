import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { openSession } from '../../src/cli/session.ts';

const session = openSession();
const program = (...argv: readonly string[]): ReturnType<typeof createProgram> =>
  createProgram(session, { exitCode: 0 }, argv);

test('the list of the commands is the same where nothing else of them is set up', () => {
  const [listed, whole] = [program('--help'), program('help', 'issue')];
  expect(listed.helpInformation()).toBe(whole.helpInformation());
  const optionsOf = ({ commands }: typeof whole): number =>
    commands.reduce((sum, { options }) => sum + options.length, 0);
  expect(optionsOf(listed)).toBeLessThan(optionsOf(whole) / 3);
});

test('whatever asks for one command gets the whole of it', () => {
  const whole = program('help', 'issue')
    .commands.find((command) => command.name() === 'issue')
    ?.helpInformation();
  expect(whole).toContain('--jobs');
  for (const argv of [['issue'], ['--help', 'issue'], ['issue', '--help'], ['-h', 'issue']])
    expect(
      program(...argv)
        .commands.find((command) => command.name() === 'issue')
        ?.helpInformation(),
    ).toBe(whole);
});
