import { setFlagsFromString } from 'node:v8';

/**
 * How many bytes of code V8 puts into a function, at most, in place of calls. With its own limit, three times as many, the
 * functions of a long run take longer to compile, in each thread anew, and are no quicker.
 */
const MOST_INLINED = 300;

/** Keeps small what is compiled in a long run. */
export function keepCodeLean(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${MOST_INLINED}`);
}
