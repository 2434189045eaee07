import { describe, expect, test } from 'vitest';
import { progressLine } from '../../src/cli/progress.ts';

describe('the progress line', () => {
  test('shows how far it is, how fast, and how long it takes', () => {
    expect(progressLine({ label: 'Issuing', done: 500, total: 2000, elapsedMs: 2000, columns: 80 })).toBe(
      'Issuing ██████░░░░░░░░░░░░░░░░░░ 500/2,000  250/s  6 s left',
    );
    expect(progressLine({ label: 'Issuing', done: 2000, total: 2000, elapsedMs: 8000, columns: 80 })).toBe(
      'Issuing ████████████████████████ 2,000/2,000  250/s',
    );
    expect(progressLine({ label: 'Issuing', done: 10, total: 100_000, elapsedMs: 1100, columns: 80 })).toMatch(
      /min \d+ s left$/,
    );
  });

  test('keeps to narrow terminals', () => {
    expect(
      progressLine({ label: 'Issuing', done: 1, total: 2, elapsedMs: 10, columns: 30 }).length,
    ).toBeLessThanOrEqual(30);
  });
});
