import { BadgekitError } from '../errors.ts';
import type { Json } from '../syntax/json.ts';
import { isCase, readCase } from './case.ts';
import { isCtdl, readCtdl } from './ctdl.ts';
import { isEsco, readEsco } from './esco.ts';
import { isOnet, readOnet } from './onet.ts';
import { isRsd, readRsd } from './rsd.ts';
import type { ReadFramework } from './skill.ts';
import type { Table } from './table.ts';

/** What a framework was read as, for people. */
export type FoundFramework = ReadFramework & { readonly kind: string };

const KNOWN = 'known are: ESCO (CSV), CASE 1.1 (JSON), CTDL-ASN and Rich Skill Descriptors (JSON-LD), O*NET (text)';

/**
 * A framework from JSON.
 * @param now today, `2026-11-28`
 * @throws BadgekitError FRAMEWORK_INVALID
 */
export function frameworkInJson(value: Json, now: string): FoundFramework {
  if (isCase(value)) return filled('CASE', readCase(value, now));
  if (isRsd(value)) return filled('Rich Skill Descriptors', readRsd(value));
  if (isCtdl(value)) return filled('CTDL-ASN', readCtdl(value));
  throw new BadgekitError('FRAMEWORK_INVALID', 'it is JSON, and no framework that badgekit knows', { hint: KNOWN });
}

/**
 * A framework from a table.
 * @throws BadgekitError FRAMEWORK_INVALID
 */
export function frameworkInTable(table: Table): FoundFramework {
  if (isEsco(table)) return filled('ESCO', readEsco(table));
  if (isOnet(table)) return filled('O*NET', readOnet(table));
  throw new BadgekitError('FRAMEWORK_INVALID', 'it is a table, and no framework that badgekit knows', { hint: KNOWN });
}

function filled(kind: string, framework: ReadFramework): FoundFramework {
  if (framework.skills.length > 0) return { ...framework, kind };
  throw new BadgekitError('FRAMEWORK_INVALID', `it is ${kind}, and holds nothing with a name and a web address`, {
    hint: 'export the whole framework',
  });
}
