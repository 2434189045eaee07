import type { DefinitionSource } from '../openbadges/definition.ts';
import { type Expression, parseExpression } from '../syntax/expression.ts';

const rules = new WeakMap<DefinitionSource, Expression>();

/** Who earns a badge, as its definition says it; undefined where whoever stands in a roster does. */
export function ruleOf(source: DefinitionSource): Expression | undefined {
  if (source.award_when === undefined) return undefined;
  const rule = rules.get(source) ?? parseExpression(source.award_when);
  rules.set(source, rule);
  return rule;
}
