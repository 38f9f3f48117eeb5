/** The trash over HTTP: what is in it, and out of it for good. */
import { documentPath } from '../api/documents';
import { request } from '../api/http';

export interface Trashed {
  readonly id: string;
  readonly title: string;
  /** When it came here, as ISO 8601. */
  readonly deleted: string;
}

export interface TrashPage {
  readonly documents: readonly Trashed[];
  readonly cursor: string | null;
  /** 0 is for ever. */
  readonly trash_keep_days: number;
}

export function listTrash(cursor: string | null): Promise<TrashPage> {
  const parameters = new URLSearchParams({ deleted: 'true', ...(cursor === null ? {} : { cursor }) });
  return request<TrashPage>(`/api/documents?${parameters}`);
}

/** Delete a document; nothing brings it back. */
export async function deleteForGood(id: string): Promise<void> {
  await request(`${documentPath(id)}?permanent=true`, { method: 'DELETE' });
}
