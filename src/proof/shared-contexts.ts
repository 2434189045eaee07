import contexts, { type ActiveContext } from 'jsonld/lib/context.js';

/*
 * jsonld copies the whole active context, scoped contexts and all, at each node that has a context of its own, and again
 * where such a node ends. Nearly all of its time goes there. None of the copies is needed: once a context is processed
 * nothing in it changes any more, because processing begins with a copy of its own. So for the calls that ask for it the
 * copy is made one level deep, and the end of a node gives back the very context from before it, which jsonld then finds
 * in its cache. Everybody else's calls, such as those of the reference implementation, are left as they are.
 */

const SHARED = Symbol('shared contexts');

/** With this among its options, jsonld shares active contexts instead of copying them. */
export const sharingContexts = { [SHARED]: true } as const;

const initial = new Map<string | undefined, ActiveContext>();
const { getInitialContext } = contexts;

contexts.getInitialContext = (options) => {
  if (!(SHARED in options)) return getInitialContext(options);
  const known = initial.get(options.processingMode);
  if (known !== undefined) return known;
  const shared = { ...getInitialContext(options), clone, revertToPreviousContext };
  initial.set(options.processingMode, shared);
  return shared;
};

const INHERITED = ['@base', '@language', '@vocab'] as const;

function clone(this: ActiveContext): ActiveContext {
  const { mappings, getInverse, previousContext } = this;
  const child: ActiveContext = {
    mappings: new Map(mappings),
    clone,
    inverse: null,
    getInverse,
    protected: { ...this.protected },
    revertToPreviousContext,
  };
  if (previousContext) child.previousContext = previousContext;
  for (const keyword of INHERITED) if (keyword in this) child[keyword] = this[keyword];
  return child;
}

function revertToPreviousContext(this: ActiveContext): ActiveContext {
  return this.previousContext ?? this;
}
