/** How one thing stands to another. */
export interface Ratio {
  readonly work: string;
  readonly value: number;
  /** The least and the most that one round says, where rounds are compared. */
  readonly least?: number;
  readonly most?: number;
  /** What the project asks for, and what it wants. */
  readonly floor: number;
  readonly aim: number;
  /** Whether less is better. */
  readonly isCeiling?: boolean;
  readonly unit?: string;
}

/** Ratios as a Markdown table, with whether each floor holds. */
export function ratioTable(ratios: readonly Ratio[]): string {
  const rows = ratios.map(({ work, value, least, most, floor, aim, isCeiling = false, unit = 'x' }) => {
    const holds = isCeiling ? value <= floor : value >= floor;
    const bound = isCeiling ? 'at most ' : '';
    return [
      work,
      `${shown(value)}${unit}`,
      least === undefined || most === undefined ? '' : `${shown(least)} to ${shown(most)}`,
      `${bound}${shown(floor)}${unit}`,
      `${shown(aim)}${unit}`,
      holds ? 'yes' : 'NO',
    ];
  });
  return table(['work', 'measured', 'rounds', 'floor', 'aim', 'holds'], rows);
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |\n`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(Math.max(width - 1, 1))}:`)).join(' | ')} |\n`;
  return [line(header), rule, ...rows.map(line)].join('');
}

export function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
