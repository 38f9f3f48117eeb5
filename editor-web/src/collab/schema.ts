/** What rich text may hold, as the server tells it: names, content and attributes, and nothing of how it looks. */
import type { Keep } from './keep';

export interface NodeFacts {
  readonly content?: string;
  readonly marks?: string;
  readonly group?: string;
  readonly inline?: boolean;
  readonly code?: boolean;
  readonly defining?: boolean;
  readonly isolating?: boolean;
  readonly tableRole?: string;
  readonly attrs?: Readonly<Record<string, AttributeFacts>>;
}

export interface MarkFacts {
  readonly excludes?: string;
  readonly inclusive?: boolean;
  readonly spanning?: boolean;
  readonly code?: boolean;
  readonly attrs?: Readonly<Record<string, AttributeFacts>>;
}

export interface AttributeFacts {
  readonly default?: unknown;
}

export interface Facts {
  readonly nodes: Readonly<Record<string, NodeFacts>>;
  readonly marks: Readonly<Record<string, MarkFacts>>;
}

export interface ServedSchema extends Facts {
  readonly version: number;
  readonly fingerprint: string;
}

const KEY = 'schema';

/** What this device last heard, for documents that are opened without the server. */
export function rememberedSchema(keep: Keep): ServedSchema | null {
  return schemaIn(keep.get(KEY));
}

export function rememberSchema(keep: Keep, schema: ServedSchema): void {
  keep.set(KEY, schema);
}

/** The schema in an answer, or `null` for an answer that is none. */
export function schemaIn(answer: unknown): ServedSchema | null {
  const { version, fingerprint, nodes, marks } = (answer ?? {}) as Partial<ServedSchema>;
  const whole = typeof version === 'number' && typeof fingerprint === 'string' && isRecord(nodes) && isRecord(marks);
  return whole ? { version, fingerprint, nodes, marks } : null;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
