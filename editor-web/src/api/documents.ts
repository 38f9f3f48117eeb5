/** The documents API: one function an endpoint, and the shapes that the rest of the page relies on. */
import { Problem, request } from './http';
import { here, type Site } from './site';

export interface DocumentMeta {
  readonly id: string;
  readonly title: string;
  readonly epoch: number;
  readonly head: number;
  /** Milliseconds since 1970, UTC. */
  readonly created: number;
  readonly updated: number;
  /** Of a search: a piece of the text, and what in it was searched for. */
  readonly snippet?: readonly Span[];
}

export interface Span {
  readonly text: string;
  readonly match: boolean;
}

export interface Page {
  readonly documents: readonly DocumentMeta[];
  readonly cursor: string | null;
}

/** Times travel as milliseconds or as ISO 8601. */
interface Wire extends Omit<DocumentMeta, 'created' | 'updated'> {
  readonly created: number | string;
  readonly updated: number | string;
}

const BASE = '/api/documents';

/** The address of a document in the API; an id may hold slashes, which must not become segments. */
export function documentPath(id: string): string {
  return `${BASE}/${encodeURIComponent(id)}`;
}

export async function listDocuments(query: {
  readonly q?: string;
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}): Promise<Page> {
  const parameters = new URLSearchParams();
  if (query.q) parameters.set('q', query.q);
  if (query.cursor) parameters.set('cursor', query.cursor);
  const search = parameters.size > 0 ? `?${parameters}` : '';
  const page = await request<{ documents: Wire[]; cursor?: string | null }>(
    BASE + search,
    query.signal ? { signal: query.signal } : {},
  );
  return { documents: page.documents.map(metaOf), cursor: page.cursor ?? null };
}

export async function getDocument(id: string, site: Site = here): Promise<DocumentMeta> {
  return metaOf(await request<Wire>(documentPath(id), { site }));
}

export async function createDocument(
  fields: { readonly id?: string; readonly title?: string },
  site: Site = here,
): Promise<DocumentMeta> {
  return metaOf(await request<Wire>(BASE, { method: 'POST', body: fields, site }));
}

export async function renameDocument(id: string, title: string, site: Site = here): Promise<void> {
  await request(documentPath(id), { method: 'PATCH', body: { title }, site });
}

/** Move a document to the trash. */
export async function deleteDocument(id: string): Promise<void> {
  await request(documentPath(id), { method: 'DELETE' });
}

export async function restoreDocument(id: string): Promise<void> {
  await request(`${documentPath(id)}/restore`, { method: 'POST' });
}

/** Get a document, or make it where nobody has yet: whoever follows a new link may begin to write. */
export async function getOrCreateDocument(id: string, site: Site = here): Promise<DocumentMeta> {
  try {
    return await getDocument(id, site);
  } catch (error) {
    if (!isProblem(error, 404)) throw error;
  }
  try {
    return await createDocument({ id }, site);
  } catch (error) {
    // Somebody else was quicker; of one in the trash there is still nothing to get.
    if (isProblem(error, 409)) return getDocument(id, site);
    throw error;
  }
}

function isProblem(error: unknown, status: number): boolean {
  return error instanceof Problem && error.status === status;
}

function metaOf(wire: Wire): DocumentMeta {
  return { ...wire, title: wire.title ?? '', created: timeOf(wire.created), updated: timeOf(wire.updated) };
}

function timeOf(time: number | string): number {
  return typeof time === 'number' ? time : Date.parse(time);
}
