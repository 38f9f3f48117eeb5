/** Files in and out: one function an endpoint. */
import { documentPath } from './documents';
import { request, send } from './http';
import type { Site } from './site';

/** A conversion takes as long as it takes; the server has a deadline of its own. */
const CONVERSION_MS = 120_000;

export interface ExportFormat {
  readonly format: string;
  readonly available: boolean;
  readonly needs_rich_text: boolean;
}

/** Make a document of a file; answers with its id. */
export async function importFile(file: File): Promise<string> {
  const form = new FormData();
  form.set('file', file, file.name);
  const made = await request<{ id: string }>('/api/import', { method: 'POST', form, deadlineMs: CONVERSION_MS });
  return made.id;
}

/** The formats that this server can write. */
export async function exportFormats(): Promise<readonly ExportFormat[]> {
  const { formats } = await request<{ formats: ExportFormat[] }>('/api/export/formats');
  return formats.filter(({ available }) => available);
}

export async function exportDocument(id: string, format: string, site?: Site): Promise<Blob> {
  const path = `${documentPath(id)}/export?format=${encodeURIComponent(format)}`;
  return (await send(path, { deadlineMs: CONVERSION_MS, ...(site && { site }) })).blob();
}
