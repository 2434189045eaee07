const MAX_NUMBER_LENGTH = 40;
// JSON-LD writes doubles with sixteen digits: two numbers that differ beyond them would be signed alike.
const MAX_SIGNIFICANT_DIGITS = 15;

/** Whether a double says the same decimal value as the lexeme: finite, not -0, no digits lost, now or when signed. */
export function isFaithful(lexeme: string, value: number): boolean {
  if (lexeme.length > MAX_NUMBER_LENGTH || !Number.isFinite(value) || Object.is(value, -0)) return false;
  if (Number.isInteger(value) ? !Number.isSafeInteger(value) : !isWrittenWithPoint(value)) return false;
  const written = significand(lexeme);
  const digits = written.split('e')[0]?.replace('-', '').length ?? 0;
  return (Number.isInteger(value) || digits <= MAX_SIGNIFICANT_DIGITS) && written === significand(String(value));
}

/** JSON-LD's libraries take a fraction that JavaScript writes without a point, such as 1e-7, for a whole number: they sign 0. */
function isWrittenWithPoint(value: number): boolean {
  return String(value).includes('.');
}

/** Sign, digits without leading and trailing zeros, and the power of ten: equal for equal decimal values. */
function significand(lexeme: string): string {
  const [mantissa = '', exponent = '0'] = lexeme.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - trimmed.length);
  return `${mantissa.startsWith('-') ? '-' : ''}${trimmed}e${power}`;
}
