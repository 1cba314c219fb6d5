// What goes wrong, as types.

/** What a node says when it refuses a request (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** One sentence for people. */
  detail: string;
  /** A word for programs. */
  error: string;
  errors: { field: string; code: string; message: string }[];
}

export class LithairError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A node has refused a request: nothing was done. */
export class Refused extends LithairError {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.error}: ${problem.detail}`);
  }
  get status(): number {
    return this.problem.status;
  }
}
/** 401, 403: whoever asks may not do that. */
export class NotAllowed extends Refused {}
/** 404 */
export class NotFound extends Refused {}
/** 409: a key or unique value is taken, or something refers to the item. */
export class Conflict extends Refused {}
/** 410: what is behind an event or index is not kept, or it is none of this log. */
export class Gone extends Refused {}
/** 412: the item has another version, or an index is from before data were restored. */
export class Stale extends Refused {}
/** 400, 413, 415, 422: the request is wrong; `problem.errors` names the fields. */
export class Invalid extends Refused {}

/** No node served the call before its deadline. A write has certainly not taken effect. */
export class Unavailable extends LithairError {}

/** Nobody knows whether a write took effect. A call with the same key and words finds out. */
export class UnknownOutcome extends LithairError {
  constructor(
    message: string,
    readonly key: string | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const kinds = new Map<number, typeof Refused>([
  [400, Invalid],
  [401, NotAllowed],
  [403, NotAllowed],
  [404, NotFound],
  [409, Conflict],
  [410, Gone],
  [412, Stale],
  [413, Invalid],
  [415, Invalid],
  [422, Invalid],
]);

/** The error that an answer tells of, whoever has written it. */
export function refusalOf(status: number, text: string): Refused {
  let said: Partial<Problem> = {};
  try {
    said = JSON.parse(text) as Partial<Problem>;
  } catch {
    // Not a node's words, but a proxy's.
  }
  const problem: Problem = {
    type: 'about:blank',
    title: '',
    detail: text.slice(0, 200),
    error: 'unknown',
    errors: [],
    ...said,
    status,
  };
  return new (kinds.get(status) ?? Refused)(problem);
}
