import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import outputSchema from '../../schemas/output.json' with { type: 'json' };
import { HtmlReport } from '../../src/cli/render-html.ts';
import { reportAsText } from '../../src/cli/render-report.ts';
import type { Session } from '../../src/cli/session.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../src/syntax/json.ts';
import type { Report } from '../../src/verify/report.ts';
import { readTrust } from '../../src/verify/trust-list.ts';
import { createTrust } from '../../src/world/trust.ts';
import { createWorld } from '../../src/world/world.ts';
import { NOW, signedBadge, testIssuer } from '../support/badge.ts';
import { badgekit, temporaryFolder } from '../support/cli.ts';
import { hasConformance, readText } from '../support/conformance.ts';
import { withProof } from '../support/sign.ts';
import { edited, placesIn, valueAt } from '../support/places.ts';
import { expectRefusal, answerOf, told } from '../support/report.ts';
import { inside, judge, lost, plain, renamed, served, unsigned } from './support.ts';

const issuer = testIssuer();
const badge = plain(await signedBadge(issuer));
const ACHIEVEMENT = ['credentialSubject', 'achievement'] as const;
const resigned = async (document: JsonObject): Promise<JsonObject> => plain(await withProof(document, issuer));

describe('dates', () => {
  const until = async (validUntil: Json): Promise<JsonObject> => await resigned({ ...unsigned(issuer.id), validUntil });

  test.each([
    '2027-01-01',
    '2027-01-01T00:00:00',
    '2027-01-01T00:00Z',
    '2027-01-01T00Z',
    '2027-01-01 00:00:00Z',
    '2027-01-01t00:00:00Z',
    '2027-01-01T00:00:00z',
    '2027-01-01T24:00:00Z',
    '2027-01-01T00:60:00Z',
    '2026-12-31T23:59:60Z',
    '2027-02-29T00:00:00Z',
    '2027-04-31T00:00:00Z',
    '2027-13-01T00:00:00Z',
    '2027-00-01T00:00:00Z',
    '2027-01-00T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '+2027-01-01T00:00:00Z',
    '-2027-01-01T00:00:00Z',
    '27-01-01T00:00:00Z',
    '2027-1-1T00:00:00Z',
    '2027-W01-1T00:00:00Z',
    '20270101T000000Z',
    '2027-01-01T00:00:00+24:00',
    '2027-01-01T00:00:00+14:01',
    '2027-01-01T00:00:00+0100',
    '2027-01-01T00:00:00 Z',
    ' 2027-01-01T00:00:00Z',
    '2027-01-01T00:00:00Z\n',
    '2027-01-01T00:00:00.Z',
    '2027-01-01T00:00:00,5Z',
    '２０２７-01-01T00:00:00Z',
    '1798761600',
    'never',
    '',
  ])('CK1: %j is no end, and never taken for one', async (text) => {
    expectRefusal(await judge(await until(text)), /DATE_MALFORMED|SCHEMA/);
    expect((await judge(await resigned({ ...unsigned(issuer.id), validFrom: text }))).verdict).toBe('rejected');
  });

  test('CK1: instants are compared, whatever zone they are written in, to the second', async () => {
    const two = (value: number): string => String(value).padStart(2, '0');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: NOW / 1000 + 1, max: 253_402_200_000 }),
        fc.integer({ min: -840, max: 840 }),
        fc.constantFrom('', '.0', '.000', '.000000000'),
        async (end, offset, fraction) => {
          // The oracle knows nothing of dates but how many seconds a minute has.
          const local = new Date((end + offset * 60) * 1000);
          const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
          const text = `${local.toISOString().slice(0, 19)}${fraction}${offset === 0 ? 'Z' : zone}`;
          fc.pre(/^\d{4}-/.test(text));
          const document = await until(text);
          expect(answerOf(await judge(document, { at: end * 1000 }))).toBe('verified');
          expect(answerOf(await judge(document, { at: (end - 1) * 1000 }))).toBe('verified');
          expectRefusal(await judge(document, { at: (end + 1) * 1000 }), 'EXPIRED');
        },
      ),
      { numRuns: 40 },
    );
  });

  test('CK1: the last second of all, a leap day and the hour that clocks skip are dates', async () => {
    for (const text of [
      '9999-12-31T23:59:59Z',
      '2028-02-29T23:59:59Z',
      '2027-03-28T02:30:00+01:00',
      '2400-02-29T00:00:00Z',
    ])
      expect(answerOf(await judge(await until(text)))).toBe('verified');
    expectRefusal(await judge(await until('9999-12-31T23:59:59Z'), { at: Date.UTC(10_000, 0) }), 'EXPIRED');
  });

  test('CK2: an end before the beginning is no period, whatever the moment', async () => {
    for (const validUntil of ['2026-05-04T08:59:59Z', '2020-01-01T00:00:00Z', '2026-05-04T09:00:00+00:01'])
      for (const at of [NOW, Date.parse('2020-01-01'), Date.parse('2026-05-04T09:00:00Z')])
        expect(told(await judge(await until(validUntil), { at }))).toContain('PERIOD_REVERSED');
    expect(told(await judge(await until('2026-05-04T09:00:00Z')))).not.toContain('PERIOD_REVERSED');
  });
});

const HOSTILE = [
  '\u001b[2J\u001b[1;1HVERIFIED',
  '\u001b]0;title\u0007',
  '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\',
  '\u009b31mred',
  '\u0090q\u009c',
  'a\rVERIFIED',
  'a\b\b\bb',
  'a\nVERIFIED  "PhD"',
  'a\r\n  ✓ signature     good',
  'a\u2028VERIFIED\u2029b',
  'a\u0085b\u000bc\u000cd',
  'a\u202eDEIFIREV\u202c',
  'a\u2066b\u2067c\u2068d\u2069',
  'a\u200bb\u200cc\u200dd\ufeffe\u2060f\u00adg',
  'a\u{e0041}\u{e007f}b',
  'a\u0000b',
  'a\tb',
  'x'.repeat(5000),
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '[link](javascript:alert(1))',
] as const;

const session = (colours: boolean): Session => ({
  cwd: '/',
  env: {},
  clock: () => NOW,
  random: (length) => new Uint8Array(length),
  out: () => undefined,
  byteOutput: () => Promise.resolve({ kind: 'pipe', write: () => Promise.resolve() }),
  err: () => undefined,
  isInteractive: false,
  showsProgress: false,
  colours: { out: colours, err: colours },
  columns: { out: 80, err: 80 },
  finishOnInterrupt: () => undefined,
  isInterrupted: () => false,
});
const asText = (report: Report, recipient?: string): string =>
  reportAsText(report, recipient, session(false), { all: true });

/** What a terminal would do anything else with than show it. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const activeIn = (text: string): readonly string[] =>
  [...text.replaceAll('\n', '').matchAll(ACTIVE)].map(([char]) => char.codePointAt(0)?.toString(16) ?? '');

/** The same badge with hostile text wherever it has any of its own; signed again, or not. */
const withEverywhere = (text: string): JsonObject =>
  placesIn(unsigned(issuer.id))
    .filter((path) => /^(?:name|narrative|description|targetName)$/.test(String(path.at(-1))))
    .reduce((document, path) => edited(document, path, () => text), unsigned(issuer.id));

describe('terminals', () => {
  test.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text]))(
    'TE1: %s in a badge does nothing but stand there',
    async (_, text) => {
      const verified = await judge(await resigned(withEverywhere(text)));
      expect(answerOf(verified)).toBe('verified');
      expect(activeIn(asText(verified, text))).toEqual([]);
    },
  );

  test('TE1: nor does it anywhere else, in members, ids, dates, proofs or contexts', async () => {
    for (const path of placesIn(badge)) {
      const key = String(path.at(-1));
      for (const text of HOSTILE.slice(0, 12)) {
        const value = valueAt(badge, path);
        const odd = [edited(badge, path, () => text)];
        if (typeof path.at(-1) === 'string')
          odd.push(edited(badge, path.slice(0, -1), (parent) => renamed(parent as JsonObject, key, key + text)));
        if (typeof value === 'string') odd.push(edited(badge, path, () => value + text));
        for (const document of odd) expect(activeIn(asText(await judge(document))), path.join('/')).toEqual([]);
      }
    }
  }, 60_000);

  test('TE1: nor does what others say: servers, lists, files', async () => {
    const web = testIssuer();
    const school = { ...web, id: 'did:web:school.example', method: 'did:web:school.example#key-1' };
    const document = plain(await signedBadge(school));
    const address = 'https://school.example/.well-known/did.json';
    for (const text of HOSTILE) {
      const answers = [
        served(text),
        served({ id: school.id, [text]: text }),
        served({ id: school.id, verificationMethod: [{ id: '#key-1', controller: text }], assertionMethod: '#key-1' }),
        served({ id: text }),
        { found: false, reason: 'unreachable', message: text } as const,
      ];
      for (const answer of answers)
        expect(activeIn(asText(await judge(document, { web: { [address]: answer } })))).toEqual([]);
      const page = new HtmlReport(NOW, false);
      page.add(text, await judge(text));
      expect(activeIn(page.write())).toEqual([]);
      expect(activeIn(asText(await judge(text)))).toEqual([]);
    }
  });

  test.skipIf(!hasConformance)('TE1: no naughty string does', async () => {
    const list = JSON.parse(readText('vectors/blns/blns.json')) as readonly string[];
    for (let at = 0; at < list.length; at += 20) {
      const text = list
        .slice(at, at + 20)
        .join(' ')
        .toWellFormed();
      const report = await judge({ ...badge, name: text, [text]: 1 });
      expect(activeIn(asText(report))).toEqual([]);
    }
  });

  test('TE1: colours are all that is added for a terminal', async () => {
    for (const text of HOSTILE) {
      const report = await judge(await resigned(withEverywhere(text)));
      const coloured = reportAsText(report, undefined, session(true), { all: true });
      // oxlint-disable-next-line no-control-regex -- the colours that the program itself writes
      const plainText = coloured.replace(/\u001b\[(?:\d{1,2}(?:;\d{1,2})*)m/g, '');
      expect(activeIn(plainText)).toEqual([]);
    }
  });

  const IMITATIONS = [
    'Knots\nVERIFIED  "Knots"',
    'Knots\n\nVERIFIED',
    'Knots"  VERIFIED',
    'VERIFIED',
    'Knots\r\nVERIFIED\r\n  ✓ signature     eddsa-rdfc-2022',
    'VERIFIED  VERIFIED',
  ];

  test.each(IMITATIONS)('TE2: the name %j is not the verdict', async (name) => {
    const forged = edited(
      edited(badge, [...ACHIEVEMENT, 'name'], () => name),
      ['issuer', 'name'],
      () => name,
    );
    for (const document of [forged, { ...forged, name, description: name }, edited(forged, ['type', 1], () => name)]) {
      const text = asText(await judge(document));
      expect(text).toMatch(/^REJECTED {2}/);
      // Only the verdict's own line begins at the margin, and every other text stands in quotes.
      const margins = text.split('\n').filter((line) => /^\S/.test(line));
      expect(margins).toHaveLength(1);
      expect(
        text
          .split('\n')
          .slice(1)
          .some((line) => /^\s*VERIFIED/.test(line)),
      ).toBe(false);
    }
  });

  test('TE2: nor is it for the program, whatever the file is called', async () => {
    const cwd = temporaryFolder();
    const names = ['VERIFIED  a.json', 'b\nVERIFIED  c.json', '\u001b[2JVERIFIED.json'];
    for (const name of names)
      writeFileSync(join(cwd, name), JSON.stringify({ ...badge, name: 'Knots\nVERIFIED  "Knots"' }));
    for (const name of names) {
      const run = await badgekit(['verify', name, '--offline'], { cwd });
      expect(run.code).toBe(1);
      expect(run.out).toMatch(/^REJECTED/);
      expect(activeIn(run.out + run.err)).toEqual([]);
      expect(run.out.split('\n').filter((line) => line.startsWith('VERIFIED'))).toEqual([]);
    }
    const all = await badgekit(['verify', '.', '--offline'], { cwd });
    expect(all.code).toBe(1);
    expect(activeIn(all.out + all.err)).toEqual([]);
    expect(all.out.split('\n').filter((line) => line.startsWith('VERIFIED'))).toEqual([]);
  });
});

describe('the program', () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'good.json'), JSON.stringify(badge));
  writeFileSync(join(cwd, 'forged.json'), JSON.stringify({ ...badge, name: 'PhD' }));
  const AT = ['--at', '2026-06-01T12:00:00Z', '--offline'];

  test('TE3: without a terminal there are no colours, and none where nobody wants them', async () => {
    for (const env of [{}, { NO_COLOR: '1' }, { NO_COLOR: '1', FORCE_COLOR: '1' }, { TERM: 'dumb' }]) {
      const run = await badgekit(['verify', 'good.json', ...AT], { cwd, env });
      expect(run.code).toBe(0);
      expect(activeIn(run.out + run.err)).toEqual([]);
      expect(run.out).toMatch(/^VERIFIED/);
    }
    const forced = await badgekit(['verify', 'good.json', ...AT], { cwd, env: { FORCE_COLOR: '1' } });
    expect(forced.out).toContain('\u001b[');
  });

  test('TE3: a narrow terminal cuts nothing off', async () => {
    const wide = await badgekit(['verify', 'good.json', ...AT], { cwd, env: { COLUMNS: '200' } });
    const narrow = await badgekit(['verify', 'good.json', ...AT], { cwd, env: { COLUMNS: '10' } });
    expect(narrow.out).toBe(wide.out);
  });

  /** Runs the program and goes away after its first words. */
  const untilFirstWords = (args: readonly string[]): Promise<{ code: number | null; err: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/badgekit.js'), ...args], { cwd });
      let err = '';
      child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
      child.stdout.destroy();
      child.on('close', (code) => resolve({ code, err }));
    });

  test('TE3: a reader that goes away is no fault to tell of', async () => {
    for (const args of [
      ['verify', 'good.json', ...AT],
      ['verify', 'good.json', 'forged.json', ...AT, '--json'],
      ['verify', 'good.json', 'forged.json', ...AT, '--jsonl'],
      ['verify', '--help'],
    ])
      expect((await untilFirstWords(args)).err).toBe('');
  });

  test('TE3: nor does a no become a yes by that', async () => {
    expect((await untilFirstWords(['verify', 'forged.json', ...AT])).code).not.toBe(0);
    // Of many files, the reader can be gone before the last of them was looked at.
    const many = join(cwd, 'many');
    mkdirSync(many);
    for (let index = 0; index < 60; index++) writeFileSync(join(many, `${index}.json`), '{"a":1}');
    expect((await untilFirstWords(['verify', 'many', ...AT, '--jsonl'])).code).not.toBe(0);
  });

  const validate = new Ajv2020({ strict: false }).compile(outputSchema);
  const faults = (document: Json): readonly unknown[] => (validate(document) ? [] : (validate.errors ?? ['unknown']));

  test('TE4: --json is one document of the known shape, whatever stands in the badge', async () => {
    for (const [index, text] of [...HOSTILE, 'a"},"verdict":"verified"'].entries()) {
      if (index % 4 !== 0) continue;
      writeFileSync(join(cwd, 'odd.json'), JSON.stringify({ ...withEverywhere(text), [text]: text, name: text }));
      const run = await badgekit(['verify', 'odd.json', ...AT, '--json'], { cwd });
      expect(run.code).toBe(1);
      // No line but the last ends, and no control gets out of its string.
      expect(run.out.trimEnd().split('\n')).toHaveLength(1);
      // oxlint-disable-next-line no-control-regex -- these must be escaped in JSON
      expect(run.out.trimEnd()).not.toMatch(/[\u0000-\u001f]/);
      const document = parseJson(run.out);
      expect(faults(document)).toEqual([]);
      const [result] = isJsonObject(document) && Array.isArray(document['results']) ? document['results'] : [];
      expect(isJsonObject(result) ? result['verdict'] : undefined).toBe('rejected');
    }
  });

  test('TE4: it is one even where nothing could be read at all', async () => {
    writeFileSync(join(cwd, 'broken.json'), '{"a":');
    for (const [file, code] of [
      ['broken.json', 1],
      ['nothing.json', 2],
    ] as const) {
      const run = await badgekit(['verify', file, ...AT, '--json'], { cwd });
      expect(run.code).toBe(code);
      expect(faults(parseJson(run.out))).toEqual([]);
    }
  });

  test('PR6: --offline is there, said, and enough to ask nobody', async () => {
    const help = await badgekit(['verify', '--help'], { cwd });
    expect(help.out).toMatch(/--offline +open no network connection/);
    const remote = await signedBadge({ ...issuer, id: 'did:web:school.example', method: 'did:web:school.example#k' });
    writeFileSync(join(cwd, 'remote.json'), JSON.stringify(remote));
    const run = await badgekit(['verify', 'remote.json', ...AT], { cwd });
    expect(run.code).toBe(3);
    expect(run.out).toMatch(/the network was not asked/);
  });
});

describe('pages', () => {
  const pageOf = async (document: JsonObject, file = 'badge.json'): Promise<string> => {
    const page = new HtmlReport(NOW, false);
    page.add(file, await judge(document));
    return page.write();
  };
  /** The page's tags, of which it knows but a few. */
  const tagsIn = (page: string): readonly string[] => [
    ...new Set([...page.matchAll(/<\/?([^\s>]*)/g)].map(([, name = '']) => name)),
  ];

  test('HT1: a page has the tags that it always has, whatever stands in the badge', async () => {
    const known = new Set([...tagsIn(await pageOf(badge)), ...tagsIn(await pageOf({ ...badge, name: 'PhD' }))]);
    expect(known.has('script')).toBe(false);
    const markup = fc.array(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '&',
        '/',
        'script',
        'img',
        ' onerror=',
        'x',
        '<!--',
        '-->',
        ']]>',
        '&lt;',
        '\u0000',
        '</style>',
      ),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(
        markup.map((parts) => parts.join('')),
        async (text) => {
          const page = await pageOf({ ...withEverywhere(text), id: `urn:x:${text}`, [text]: text }, text);
          expect(tagsIn(page).filter((tag) => !known.has(tag))).toEqual([]);
          expect(page).not.toMatch(/<[^>]*\son\w+\s*=/);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('HT1: it may load and run nothing, and links to nowhere', async () => {
    const page = await pageOf(
      await resigned(
        edited(
          withEverywhere('<a href="javascript:alert(1)">x</a> [x](javascript:alert(1))'),
          [...ACHIEVEMENT, 'criteria'],
          () => ({
            id: 'https://evil.example/criteria',
            narrative: '# Title\n\n<script>alert(1)</script> ![x](https://evil.example/pixel.png)',
          }),
        ),
      ),
    );
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/);
    expect(page).not.toMatch(/<(?:a|img|script|iframe|link|object|form)\b/i);
    expect(page).toContain('&lt;a href=');
  });
});

describe('who it is', () => {
  const namesake = testIssuer();
  const named = async (by: typeof issuer, name: string): Promise<JsonObject> =>
    plain(
      await withProof(
        edited(unsigned(by.id), ['issuer', 'name'], () => name),
        by,
      ),
    );

  test.each(['Test Schооl', 'Test SchooI', 'Tеst School', 'Test\u200bSchool', 'Test School ✓ verified', issuer.id])(
    'HT2: what the issuer %j calls itself is marked as that, behind its identifier',
    async (name) => {
      const report = await judge(await named(namesake, name));
      expect(answerOf(report)).toBe('verified');
      const text = asText(report);
      const [, line = ''] = text.split('\n');
      expect(line).toMatch(/^ +awarded on \d{4}-\d\d-\d\d by did:key:z6Mk\w+ \(".*", as it calls itself\)$/);
      expect(line).toContain(`by ${namesake.id} (`);
    },
  );

  test('HT2: trust goes by identifier, not by name', async () => {
    const list = readTrust(
      JSON.stringify({ name: 'Partners', issuers: [{ id: issuer.id, name: 'Test School' }] }),
      'list',
    );
    const trust = createTrust(list, createWorld({ offline: true, hosting: [] }));
    expect(answerOf(await judge(await named(issuer, 'Test School'), { trust }))).toBe('verified');
    for (const other of [namesake, testIssuer()])
      expectRefusal(await judge(await named(other, 'Test School'), { trust }), 'ISSUER_UNKNOWN', 'undetermined');
    for (const id of [issuer.id.toUpperCase(), `${issuer.id}#`, `${issuer.id} `]) {
      const almost = readTrust(JSON.stringify({ name: 'Partners', issuers: [{ id: issuer.id }] }), 'list');
      const answer = await createTrust(almost, createWorld({ offline: true, hosting: [] })).lookUp(id, NOW);
      expect(answer.outcome).toBe('unknown');
    }
  });
});

describe('who learns of it', () => {
  const school = { ...issuer, id: 'did:web:school.example', method: 'did:web:school.example#key-1' };
  const STATUS = 'https://school.example/status/revocation-1.json';
  const talkative = async (): Promise<JsonObject> =>
    plain(
      await withProof(
        edited(
          unsigned(school.id, {
            status: [
              {
                id: `${STATUS}#7`,
                type: 'BitstringStatusListEntry',
                statusPurpose: 'revocation',
                statusListIndex: '7',
                statusListCredential: STATUS,
              },
            ],
          }),
          ACHIEVEMENT,
          (value) => ({
            ...(value as JsonObject),
            image: { id: 'https://school.example/pixel.png', type: 'Image' },
            criteria: { id: 'https://school.example/criteria', narrative: 'Tie them.' },
          }),
        ),
        school,
      ),
    );

  test('PR6: offline nobody learns that a badge is verified', async () => {
    const names: string[] = [];
    const https = {
      resolve: async (host: string) => {
        names.push(host);
        return [{ address: '10.0.0.1', family: 4 }];
      },
    };
    const report = await judge(await talkative(), { world: createWorld({ offline: true, hosting: [], https }) });
    expectRefusal(report, 'KEY_UNREACHABLE', 'undetermined');
    expect(names).toEqual([]);
  });

  test('PR6: online the issuer’s keys and the status list are asked for, and nothing else', async () => {
    const address = 'https://school.example/.well-known/did.json';
    const { jwk } = issuer.key.publicKey;
    const method = { id: '#key-1', type: 'JsonWebKey', controller: school.id, publicKeyJwk: jwk };
    const report = await judge(await talkative(), {
      web: {
        [address]: served({ id: school.id, verificationMethod: [method], assertionMethod: ['#key-1'] }),
        [STATUS]: lost('absent'),
      },
    });
    expectRefusal(report, 'STATUS_UNKNOWN', 'undetermined');
    expect(report.asked).toEqual([address, STATUS]);
    expect(inside(badge, ...ACHIEVEMENT)).not.toHaveProperty('image');
  });
});
