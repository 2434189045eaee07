import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { badgekit, knotsProgramme, printed } from '../support/cli.ts';

test('portfolio fails a pipeline only where badgekit.yaml says how much is too much', async () => {
  const cwd = await knotsProgramme();
  appendFileSync(join(cwd, 'badges/knots.yaml'), 'review_by: 2020-01-01\n');
  const free = await badgekit(['portfolio'], { cwd });
  expect([free.code, free.out]).toEqual([0, expect.stringContaining('2 findings about 1 definition.')]);
  appendFileSync(join(cwd, 'badgekit.yaml'), 'portfolio:\n  limits: { never-issued: 1, criteria-expired: 0 }\n');
  const limited = await badgekit(['portfolio', '--json'], { cwd });
  expect(limited.code).toBe(1);
  expect(printed(limited)).toMatchObject({
    findings: [{ kind: 'never-issued' }, { kind: 'criteria-expired' }],
    exceeded: [{ kind: 'criteria-expired', found: 1, limit: 0 }],
  });
  writeFileSync(join(cwd, 'r.csv'), 'email\nana@example.org\n');
  await badgekit(['issue', 'r.csv'], { cwd });
  expect(printed(await badgekit(['portfolio', '--json'], { cwd }))).toMatchObject({
    people: 1,
    findings: [{ kind: 'criteria-expired' }],
  });
});
