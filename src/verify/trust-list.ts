import { validate } from 'validators:trust';
import { BadgekitError, formatWhere } from '../errors.ts';
import { publicKeyFromMultikey } from '../keys/public-key.ts';
import { placeFault } from '../openbadges/definition.ts';
import { parseDateOrStamp } from '../syntax/datetime.ts';
import { isJsonObject, type Json, parseJson } from '../syntax/json.ts';
import { schemaReader } from '../syntax/schema.ts';
import { parseYaml } from '../syntax/yaml.ts';
import type { GivenKey } from './context.ts';

const DAY_MS = 86_400_000;

/** An issuer whom a list trusts, and for how long. Instants in milliseconds. */
export interface TrustedIssuer {
  readonly name: string | undefined;
  readonly from: number | undefined;
  readonly until: number | undefined;
}

/** A list of trusted issuers, or a register that is asked about each. */
export type TrustSource =
  | {
      readonly kind: 'list';
      readonly name: string;
      /** By the issuer's identifier; one who is trusted for several periods has several entries. */
      readonly issuers: ReadonlyMap<string, readonly TrustedIssuer[]>;
      readonly keys: readonly GivenKey[];
    }
  /** A register of the Digital Credentials Consortium, to be read from its address. */
  | { readonly kind: 'register'; readonly name: string; readonly url: string }
  /** A register in the manner of OpenID Federation, which is asked by `sub`. */
  | {
      readonly kind: 'federation';
      readonly name: string;
      readonly fetchEndpoint: string | undefined;
      readonly trustAnchor: string | undefined;
    };

interface ListFile {
  readonly name?: string;
  readonly issuers: readonly {
    readonly id: string;
    readonly name?: string;
    readonly from?: string;
    readonly until?: string;
    readonly keys?: readonly string[];
  }[];
}

/**
 * Reads what `--trust` names: badgekit's own list (schemas/trust.json, as YAML or JSON), a register of the Digital
 * Credentials Consortium (`{ registry: { did: … } }`), or its list of registers.
 * @throws BadgekitError YAML_* | JSON_* | TRUST_INVALID
 */
export function readTrust(text: string, file: string): readonly TrustSource[] {
  if (!/^\s*[[{]/.test(text)) return [readOwnList(text, file)];
  const value = parseJson(text);
  if (Array.isArray(value)) return value.map((entry) => readRegister(entry, file));
  if (isJsonObject(value) && isJsonObject(value['registry'])) return [readConsortiumList(value['registry'], file)];
  if (isJsonObject(value) && typeof value['type'] === 'string') return [readRegister(value, file)];
  return [readOwnList(text, file)];
}

function readOwnList(text: string, file: string): TrustSource {
  const yaml = parseYaml(text);
  const outcome = schemaReader<ListFile>(validate)(yaml.value);
  if (!outcome.ok) {
    const [first, ...more] = outcome.faults.map((fault) => placeFault(fault, file, yaml));
    throw new BadgekitError('TRUST_INVALID', first?.message ?? 'it cannot be used', {
      where: first?.where,
      hint: first?.hint,
      more: more.map(({ where, message }) => `${formatWhere(where)}: ${message}`),
    });
  }
  const { name = file, issuers } = outcome.value;
  return {
    kind: 'list',
    name,
    issuers: byId(
      issuers.map(({ id, name: called, from, until }) => {
        const lastDay = startOf(until);
        return [
          id,
          { name: called, from: startOf(from), until: lastDay === undefined ? undefined : lastDay + DAY_MS - 1 },
        ];
      }),
    ),
    keys: issuers.flatMap(({ id, keys = [] }) =>
      keys.map((key) => ({ key: publicKeyFromMultikey(key), controller: id })),
    ),
  };
}

function readConsortiumList(registry: Readonly<Record<string, Json>>, file: string): TrustSource {
  const issuers = Object.entries(registry).map(([id, entry]) => {
    const name = isJsonObject(entry) && typeof entry['name'] === 'string' ? entry['name'] : undefined;
    return [id, { name, from: undefined, until: undefined }] as const;
  });
  return { kind: 'list', name: file, issuers: byId(issuers), keys: [] };
}

function byId(entries: readonly (readonly [string, TrustedIssuer])[]): ReadonlyMap<string, readonly TrustedIssuer[]> {
  const issuers = new Map<string, TrustedIssuer[]>();
  for (const [id, entry] of entries) {
    const known = issuers.get(id);
    if (known === undefined) issuers.set(id, [entry]);
    else known.push(entry);
  }
  return issuers;
}

function readRegister(entry: Json, file: string): TrustSource {
  const { type, name = file, url, fetchEndpoint, trustAnchorEC } = isJsonObject(entry) ? entry : {};
  const called = textOf(name) ?? file;
  if (type === 'dcc-legacy' && typeof url === 'string') return { kind: 'register', name: called, url };
  const [endpoint, anchor] = [textOf(fetchEndpoint), textOf(trustAnchorEC)];
  if (type === 'oidf' && (endpoint !== undefined || anchor !== undefined))
    return { kind: 'federation', name: called, fetchEndpoint: endpoint, trustAnchor: anchor };
  throw new BadgekitError('TRUST_INVALID', 'it is neither a list of issuers nor one of registers that badgekit knows', {
    where: { file },
    hint: 'docs/trust.md shows the forms',
  });
}

function startOf(day: string | undefined): number | undefined {
  return day === undefined ? undefined : parseDateOrStamp(day);
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
