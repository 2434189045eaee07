import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { receivedLooks, receivedRows, type RowLook, sentLooks, sentRows } from '../../src/cli/issue/sent-rows.ts';
import type { RosterRow } from '../../src/roster/layout.ts';

const cells = fc.array(fc.string({ unit: fc.constantFrom('', 'a', '\n', '\0', 'é', '🛠', '\ud800', '\u001f') }), {
  maxLength: 5,
});
const line = fc.integer({ min: 1, max: 2 ** 31 });
const fault = fc.record({
  line,
  column: fc.option(fc.nat(), { nil: undefined }),
  message: fc.string(),
  hint: fc.constant(undefined),
});

const rows: fc.Arbitrary<readonly RosterRow[]> = fc.array(
  fc.record(
    {
      line,
      cells,
      original: cells,
      attached: fc.constant(new Map([['a.pdf', { ok: true, sha256: 'x' } as const]])),
      lines: fc.array(fc.option(line, { nil: undefined })),
      filled: fc.constant(new Map([[3, { part: 1, at: 2 }]])),
      conflicts: fc.array(fc.record({ column: fc.option(fc.string(), { nil: undefined }), fault })),
    },
    { requiredKeys: ['line', 'cells'] },
  ),
);

const looks: fc.Arbitrary<readonly RowLook[]> = fc.array(
  fc.oneof(
    fc.record({ ok: fc.constant(true as const), award: fc.string({ minLength: 1 }), fault: fc.constant(undefined) }),
    fc.record({ ok: fc.constant(true as const), award: fc.string({ minLength: 1 }), fault }),
    fc.record({ ok: fc.constant(false as const), faults: fc.array(fault) }),
    fc.record({ ok: fc.constant(false as const), faults: fc.constant([]), unearned: fc.string() }),
  ),
);

describe('between threads', () => {
  test('rows arrive as they were sent', () => {
    fc.assert(
      fc.property(rows, (sent) => {
        expect(receivedRows(structuredClone(sentRows(sent)))).toEqual(sent);
      }),
    );
  });

  test('what they come to arrives, too', () => {
    fc.assert(
      fc.property(looks, (sent) => {
        expect(receivedLooks(structuredClone(sentLooks(sent)))).toEqual(sent);
      }),
    );
  });
});
