/** Waits for what a session has not saved yet. */
import { effect } from '@preact/signals';
import type { Session } from '../collab/session';

/** What is not saved when the editor goes away has this long to be. */
const LAST_WORDS_MS = 15_000;

/** Resolves once the server has everything, or with `false` where it will not, or not in time. */
export function whenSaved(session: Pick<Session, 'status' | 'access'>, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (saved: boolean) => {
      clearTimeout(timer);
      queueMicrotask(() => stop());
      resolve(saved);
    };
    const timer = setTimeout(() => end(false), milliseconds);
    const stop = effect(() => {
      const { kind, changes } = session.status.value;
      const { value: access } = session.access;
      if (changes === 0 && (kind === 'saved' || kind === 'readOnly')) end(true);
      else if (access !== 'unknown' && access !== 'write' && access !== 'read') end(false);
    });
  });
}

/** Leave the document, and close it when the last words are saved: a page that goes elsewhere must not cut them off. */
export async function letRest(session: Session): Promise<void> {
  session.awareness.setLocalState(null);
  if (session.status.peek().changes > 0) await whenSaved(session, LAST_WORDS_MS);
  await session.destroy();
}
