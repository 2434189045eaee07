import axe from 'axe-core';
import { JSDOM } from 'jsdom';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { HtmlReport } from '../../src/cli/render-html.ts';
import { verify } from '../../src/verify/verify.ts';
import { bytesOf, NOW, offline, signedBadge, testIssuer } from '../support/badge.ts';

const issuer = testIssuer();
const hostile = '</p><script>alert(1)</script>" onload="x\u202e\u001b[31m';
let page = '';

beforeAll(async () => {
  vi.stubGlobal('__BADGEKIT_VERSION__', '0.0.0');
  const report = new HtmlReport(NOW, false);
  const badge = await signedBadge(issuer);
  report.add('good.json', await verify(bytesOf(badge), offline()));
  report.add('forged.json', await verify(bytesOf({ ...badge, name: 'Edited' }), offline()));
  report.add(hostile, await verify(bytesOf({ ...badge, name: hostile, id: hostile }), offline()));
  report.add('record.json', {
    ...(await verify(bytesOf(badge), offline())),
    contained: [
      { path: '/verifiableCredential/0', report: await verify(bytesOf({ ...badge, description: hostile }), offline()) },
    ],
  });
  page = report.write();
});

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/[0-9a-f]/gi, '$&$&') : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('the HTML report', () => {
  test('has nothing for axe-core to object to', async () => {
    const { window } = new JSDOM(page, { runScripts: 'outside-only', pretendToBeVisual: true });
    window.eval(axe.source);
    const found = (await window.eval(
      // jsdom draws nothing: the contrast of colours is computed below.
      "axe.run(document, { rules: { 'color-contrast': { enabled: false } } })",
    )) as axe.AxeResults;
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
    expect(found.passes.length).toBeGreaterThan(10);
  });

  test('writes in colours that can be read on its paper', () => {
    const colours = Object.fromEntries(
      [...page.matchAll(/--(\w+): (#[0-9a-f]{3,6})/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const paper = luminance(colours['paper'] ?? '');
    for (const name of ['ink', 'dim', 'good', 'bad', 'open'])
      expect((paper + 0.05) / (luminance(colours[name] ?? '') + 0.05), name).toBeGreaterThan(4.5);
  });

  test('holds no script and nothing from elsewhere, whatever a credential says', () => {
    const { document } = new JSDOM(page).window;
    expect(document.querySelectorAll('script, img, link, iframe, object, [src], [onload]')).toHaveLength(0);
    expect(document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'",
    );
    expect(['\u202e', '\u001b'].filter((char) => page.includes(char))).toEqual([]);
    expect(document.body.textContent).toContain('<script>alert(1)</script>');
    expect(page).toContain('\\u{202e}');
  });

  test('gives each verdict and each check', () => {
    const { document } = new JSDOM(page).window;
    const words = [...document.querySelectorAll('main > article > .word')].map((element) => element.textContent);
    expect(words).toEqual(['VERIFIED', 'REJECTED', 'REJECTED', 'VERIFIED']);
    expect(document.querySelectorAll('article article')).toHaveLength(1);
    const links = [...document.querySelectorAll('table.index a')].map((link) => link.getAttribute('href') ?? '');
    expect(links).toHaveLength(4);
    for (const link of links) expect(document.querySelector(link)?.tagName).toBe('H2');
    for (const row of document.querySelectorAll('tbody tr')) expect(row.children).toHaveLength(3);
  });
});
