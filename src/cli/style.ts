import { Chalk, type ChalkInstance } from 'chalk';
import type { Session } from './session.ts';

/** Colours for standard output and standard error; without colour, the same words plain. */
export function styles({ colours }: Session): { readonly out: ChalkInstance; readonly err: ChalkInstance } {
  return { out: new Chalk({ level: colours.out ? 1 : 0 }), err: new Chalk({ level: colours.err ? 1 : 0 }) };
}

/** `1,940` */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** `1 row`, `25 rows` */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Lines that begin in one column: a label and what follows it. */
export function labelled(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, text]) => `${label.padEnd(width)}  ${text}\n`).join('');
}
