/** The server as a session sees it, made of the HTTP API: answers instead of exceptions. */
import { getDocument, getOrCreateDocument, renameDocument } from '../api/documents';
import { Problem, request } from '../api/http';
import type { Site } from '../api/site';
import { endingOfHttp } from '../collab/endings';
import { type ServedSchema, schemaIn } from '../collab/schema';
import type { DocumentServer, Found } from '../collab/session';
import type { TitleAnswer } from '../collab/title';

const ALIVE_DEADLINE_MS = 3_000;
/** What may be otherwise in a moment: whoever is not signed in may be again, and what is too slow or too much, later. */
const PASSING = [401, 408, 429];

export function documentServerAt(site: Site): DocumentServer {
  return {
    async find(id: string, mayCreate: boolean): Promise<Found> {
      try {
        const { epoch, title } = await (mayCreate ? getOrCreateDocument(id, site) : getDocument(id, site));
        return { kind: 'found', epoch, title };
      } catch (error) {
        return notFound(error);
      }
    },

    async rename(id: string, title: string): Promise<TitleAnswer> {
      try {
        await renameDocument(id, title, site);
        return 'saved';
      } catch (error) {
        const refused = error instanceof Problem && error.status < 500 && !PASSING.includes(error.status);
        return refused ? 'refused' : 'unreachable';
      }
    },

    async schema(): Promise<ServedSchema | null> {
      try {
        return schemaIn(await request('/api/schema', { cache: 'no-cache', site }));
      } catch {
        return null; // without an answer this device's memory of it must do
      }
    },

    async alive(): Promise<boolean> {
      try {
        await request('/version', { deadlineMs: ALIVE_DEADLINE_MS, site });
        return true;
      } catch (error) {
        return error instanceof Problem;
      }
    },
  };
}

function notFound(error: unknown): Found {
  if (!(error instanceof Problem)) return { kind: 'unreachable' };
  // A conflict on creating: the id belongs to a document in the trash.
  const ending = error.status === 409 ? 'deleted' : endingOfHttp(error.status);
  return ending === 'again' || ending === 'replaced' ? { kind: 'unreachable' } : { kind: 'ending', ending };
}
