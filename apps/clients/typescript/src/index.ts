export * from './models.js';
export * from './errors.js';
export { Collection, exactly } from './collection.js';
export { LithairClient, Projection } from './client.js';
export { Transaction, type Committed } from './transaction.js';
export type { Change, FollowOptions } from './follow.js';
export type { Facts, HistoryEvent, Model, Page, Stored } from './model.js';
export type {
  CallOptions,
  ClientOptions,
  ConditionalOptions,
  Consistency,
  Fetch,
  ReadOptions,
  WriteOptions,
} from './options.js';
