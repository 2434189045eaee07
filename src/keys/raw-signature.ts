/**
 * An ECDSA signature as r||s (IEEE P1363), from that form or from the DER form (RFC 3279, section 2.2.3) in which many
 * services give it; undefined where it is neither.
 */
export function rawSignature(signature: Uint8Array, length: number): Uint8Array | undefined {
  if (signature.length === length) return signature;
  const body = element(signature, 0, SEQUENCE);
  if (body === undefined || body.end !== signature.length) return undefined;
  const r = element(signature, body.start, INTEGER);
  const s = r === undefined ? undefined : element(signature, r.end, INTEGER);
  if (r === undefined || s === undefined || s.end !== signature.length) return undefined;
  const [high, low] = [r, s].map(({ start, end }) => fixed(signature.subarray(start, end), length / 2));
  return high === undefined || low === undefined ? undefined : Uint8Array.from([...high, ...low]);
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const LONG_FORM = 0x80;

function element(
  bytes: Uint8Array,
  at: number,
  tag: number,
): { readonly start: number; readonly end: number } | undefined {
  const length = bytes[at + 1];
  if (bytes[at] !== tag || length === undefined || length >= LONG_FORM) return undefined;
  const start = at + 2;
  return start + length > bytes.length ? undefined : { start, end: start + length };
}

/** A big-endian number in exactly so many bytes. */
function fixed(number: Uint8Array, length: number): Uint8Array | undefined {
  const first = number.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? new Uint8Array() : number.subarray(first);
  return digits.length > length ? undefined : Uint8Array.from([...new Uint8Array(length - digits.length), ...digits]);
}
