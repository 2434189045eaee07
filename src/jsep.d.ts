/** Narrow types for jsep, whose own are not those of the ES module that it is. */

/** A node of what was parsed; what else it has depends on its type. */
export interface Expression {
  readonly type: string;
  readonly [member: string]: unknown;
}

declare const jsep: {
  /** @throws an Error with `index` (from 0) and `description` */
  (text: string): Expression;
  addBinaryOp(operator: string, precedence: number): void;
  addUnaryOp(operator: string): void;
};
// oxlint-disable-next-line import/no-default-export -- what the package exports
export default jsep;
