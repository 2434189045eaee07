import { createHash } from 'node:crypto';
import { BadgekitError } from '../errors.ts';
import type { DocumentLoader } from '../ports.ts';
import { canonicalJson } from '../syntax/jcs.ts';
import { quoted } from '../syntax/text.ts';
import {
  CLR_CONTEXT,
  CLR_FIRST_CONTEXT,
  CREDENTIALS_V1,
  CREDENTIALS_V2,
  OPEN_BADGES_CONTEXT,
  OPEN_BADGES_EXTENSIONS,
} from './vocabulary.ts';

type ContextMap = ReadonlyMap<string, object>;

interface PinnedContext {
  /** SHA-256 of the document's canonical JSON (keys sorted, no space). */
  readonly sha256: string;
  readonly load: () => Promise<ContextMap>;
  /** Terms that the package's copy lacks and the document as 1EdTech serves it has. */
  readonly added?: Readonly<Record<string, object>>;
}

const openBadges = async (): Promise<ContextMap> => (await import('./usual-contexts.ts')).openBadges;
const credentials = async (): Promise<ContextMap> => (await import('./usual-contexts.ts')).credentials;
const dataIntegrity = async (): Promise<ContextMap> => (await import('@digitalbazaar/data-integrity-context')).contexts;

const learnerRecord = async (): Promise<ContextMap> =>
  new Map([
    [CLR_CONTEXT, (await import('../../schemas/contexts/clr-2.0.1.json', { with: { type: 'json' } })).default],
    [CLR_FIRST_CONTEXT, (await import('../../schemas/contexts/clr-2.0.json', { with: { type: 'json' } })).default],
  ]);

/** Every context that badgekit knows. They come from packages or from schemas/contexts, never from the network, and are used only unaltered. */
const PINNED: Readonly<Record<string, PinnedContext>> = {
  [CREDENTIALS_V2]: { sha256: 'b463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf', load: credentials },
  [CREDENTIALS_V1]: { sha256: 'b01e671e873981f19a9102a9a57f666dbcaeb31b99e3e124378d143e71549247', load: credentials },
  [OPEN_BADGES_CONTEXT]: {
    sha256: '04b1136ddc4eda9a8966bc7ef182789f233a26739473140ef75d6968c29a2966',
    load: openBadges,
    added: {
      endorsementJwt: {
        '@id': 'https://purl.imsglobal.org/spec/vc/ob/vocab.html#endorsementJwt',
        '@container': '@set',
      },
      jti: { '@id': 'https://www.iana.org/assignments/jwt#jti', '@type': '@id' },
    },
  },
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json': {
    sha256: 'bdd1d11a55a660322f24660862a1d430ee80cce584465f750909daa43684357c',
    load: openBadges,
  },
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json': {
    sha256: '8bb2354552b70cbdf2066f6d3e24bc5c2be2619145737580ad2aebdc366e77d5',
    load: openBadges,
  },
  'https://purl.imsglobal.org/spec/ob/v3p0/context.json': {
    sha256: '2c54acaa1cffda2420be32ab61f0a2082051211131c6337686f36f2537aa859b',
    load: openBadges,
  },
  [OPEN_BADGES_EXTENSIONS]: {
    sha256: '15f4c347c6fe4380d9b6b93795859e33747ef48d5c55b91a71c52fb51c7bcbd7',
    load: openBadges,
  },
  [CLR_CONTEXT]: { sha256: '7defe702c102faf14108579b7d65ef39ecf4c3bbef925b803e15bd77cd6e3394', load: learnerRecord },
  [CLR_FIRST_CONTEXT]: {
    sha256: 'a2dd0c0c07434663b7b54a51dd8a3363f6d5c420efa87e3d97b4ef8661596d44',
    load: learnerRecord,
  },
  'https://w3id.org/security/data-integrity/v1': {
    sha256: '9505bf85338a4c2121ad03992ac90061bc85d43bcfa34d9d47b779381cf08b5f',
    load: dataIntegrity,
  },
  'https://w3id.org/security/data-integrity/v2': {
    sha256: '7ba3c50acf2689d5e07927267343eb353249c7c22a9f2d00307cc970e855e305',
    load: dataIntegrity,
  },
  'https://w3id.org/security/multikey/v1': {
    sha256: 'be20c3ee6af6e9c4102e66a85c26617831218e32216bdf050f870e389e737cdc',
    load: async () => (await import('@digitalbazaar/multikey-context')).contexts,
  },
  'https://w3id.org/security/suites/ed25519-2020/v1': {
    sha256: 'fb517f09d990829aed734c9bad8cbbb2ac3d5063b865c7e3d81f246074bf5691',
    load: async () => (await import('ed25519-signature-2020-context')).contexts,
  },
  'https://www.w3.org/ns/did/v1': {
    sha256: 'a7e146c40fcec005d3f0f14ae745665f446da58d7914a9d8f733746686fad82b',
    load: async () => (await import('did-context')).contexts,
  },
  'https://www.w3.org/ns/credentials/status/v1': {
    sha256: 'b2fcebfbaf4e6beae2be370fda8a5f9f99c28540c798a75a8cdccc0fb1a12492',
    load: async () => (await import('@digitalbazaar/vc-bitstring-status-list-context')).contexts,
  },
  'https://w3id.org/vc/status-list/2021/v1': {
    sha256: '9768f9aa81ab6c3e2ad96b2d669eaba67afe13fff0140a853f1e3d313fab13b6',
    load: async () => (await import('@digitalbazaar/vc-status-list-context')).contexts,
  },
};

const loaded = new Map<string, Promise<object>>();

export function isKnownContext(url: string): boolean {
  return Object.hasOwn(PINNED, url);
}

/** The SHA-256 that a known context's document is pinned by; undefined for others. */
export function contextHash(url: string): string | undefined {
  return Object.hasOwn(PINNED, url) ? PINNED[url]?.sha256 : undefined;
}

export function knownContexts(): readonly string[] {
  return Object.keys(PINNED);
}

/**
 * A bundled context document, checked against its pin when first used.
 * @throws BadgekitError CONTEXT_UNKNOWN | CONTEXT_ALTERED
 */
export async function contextDocument(url: string): Promise<object> {
  const pinned = Object.hasOwn(PINNED, url) ? PINNED[url] : undefined;
  if (pinned === undefined) {
    throw new BadgekitError('CONTEXT_UNKNOWN', `the context ${quoted(url)} is not one that badgekit bundles`, {
      hint: 'badgekit fetches no contexts: what they mean must not depend on the network',
    });
  }
  const known = loaded.get(url) ?? loadPinned(url, pinned);
  loaded.set(url, known);
  return known;
}

/** The document loader for JSON-LD libraries: bundled contexts and nothing else. */
export const loadContext: DocumentLoader = async (url) => ({
  contextUrl: null,
  documentUrl: url,
  document: await contextDocument(url),
  tag: 'static',
});

async function loadPinned(url: string, pinned: PinnedContext): Promise<object> {
  const published = (await pinned.load()).get(url);
  const document = published === undefined ? {} : withTerms(published, pinned.added);
  if (createHash('sha256').update(canonicalJson(document)).digest('hex') !== pinned.sha256) {
    throw new BadgekitError(
      'CONTEXT_ALTERED',
      `the installed copy of ${url} is not the one that badgekit was tested with`,
      { hint: 'install badgekit again' },
    );
  }
  return document;
}

function withTerms(document: object, added: PinnedContext['added']): object {
  if (added === undefined) return document;
  const terms = '@context' in document && typeof document['@context'] === 'object' ? document['@context'] : {};
  return { ...document, '@context': { ...terms, ...added } };
}
