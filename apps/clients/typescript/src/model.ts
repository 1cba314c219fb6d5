// What is known of a collection; the generated `models.ts` says it of each.

type Value = string | number | boolean;
/** What is asked of a field: `5`, `'>=5'`, `'~tea'`, or several that must all hold. */
export type Filter = Value | readonly Value[];

export interface Model {
  item: object;
  /** An item of which some fields were asked for. */
  selected: object;
  create: object;
  replace: object;
  patch: object;
  key: string | number;
  /** Fields, and what is asked of them. */
  where: object;
  /** What lists take besides: sort, skip, take and so on. */
  list: object;
}

export interface Facts {
  name: string;
  path: string;
  /** The name of the key's field. */
  key: string;
  /** It stays with the node that wrote it: the client asks its first node only. */
  local: boolean;
}

/** What was read or written, and its version for `ifMatch`. */
export interface Stored<Item> {
  item: Item;
  version: string;
  /** Of the write, or what was read is as of it. */
  index: number;
}

export interface Page<Item> {
  items: Item[];
  total?: number;
  /** What `after` takes to go on; null: there is no more. */
  next: string | null;
  index: number;
}

export interface HistoryEvent<Item> {
  version: number;
  index: number;
  time: string;
  type: 'created' | 'updated' | 'deleted';
  /** Whose token was shown. */
  by?: string;
  changes: { [K in keyof Item]?: Item[K] | null };
}
