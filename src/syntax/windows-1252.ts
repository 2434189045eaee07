/** The characters of Windows-1252 between 0x80 and 0x9f; the five without one stand for themselves. */
const HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const BYTES = new Map(Array.from(HIGH, (char, index) => [char, 0x80 + index]));

/**
 * Undoes "mojibake": text in UTF-8 that was read as Windows-1252 (or Latin-1). Text that cannot have come about so is
 * given back as it is.
 */
export function fromWindows1252(text: string): string {
  const bytes: number[] = [];
  for (const char of text) {
    const byte = BYTES.get(char) ?? char.codePointAt(0) ?? 0;
    if (byte > 0xff) return text;
    bytes.push(byte);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
}
