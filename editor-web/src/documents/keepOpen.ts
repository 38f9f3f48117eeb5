import type { Leftover } from '../collab/leftover';
import type { Session } from '../collab/session';

/** So often a document is opened again at once when its past has been replaced; then with a pause. */
const AT_ONCE = 3;
const PAUSE_MS = 3_000;

/** Have a session open, and another when the document's past has been replaced; answers with what ends it. */
export function keepOpen(
  open: (rescued: Leftover | null) => Session,
  show: (session: Session) => void,
  close: (session: Session) => Promise<void> = (session) => session.destroy(),
): () => void {
  let gone = false;
  let rounds = 0;
  let last: Session | undefined;
  const next = (rescued: Leftover | null) => {
    if (gone) return;
    const opened = open(rescued);
    last = opened;
    show(opened);
    const stop = opened.stage.subscribe((stage) => {
      if (stage !== 'replaced') return;
      rounds += 1;
      queueMicrotask(() => {
        stop();
        const words = opened.rescued();
        void opened.destroy().then(() => setTimeout(next, rounds <= AT_ONCE ? 0 : PAUSE_MS, words));
      });
    });
  };
  next(null);
  return () => {
    gone = true;
    if (last) void close(last);
  };
}
