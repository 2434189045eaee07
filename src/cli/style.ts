import { Chalk, type ChalkInstance } from 'chalk';
import { withThousands } from '../syntax/text.ts';
import type { Session } from './session.ts';

/** Colours for standard output and standard error; without colour, the same words plain. */
export function styles({ colours }: Session): { readonly out: ChalkInstance; readonly err: ChalkInstance } {
  return { out: new Chalk({ level: colours.out ? 1 : 0 }), err: new Chalk({ level: colours.err ? 1 : 0 }) };
}

/** `1,940` */
export function count(number: number): string {
  return withThousands(number);
}

/** `1 row`, `25 rows` */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Lines under one label: the first begins with it, the others where its text begins. */
export function labelled(label: string, lines: readonly string[], paint: (text: string) => string): string {
  return lines.map((line, index) => `${index === 0 ? paint(label) : ' '.repeat(label.length)}  ${line}\n`).join('');
}
