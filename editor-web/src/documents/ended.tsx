/** What is left when a document has ended: what to say of it, and the words that are still here. */
import type { Session } from '../collab/session';
import type { Access } from '../collab/status';
import { words } from '../i18n';
import { fileName, saveFile } from '../ui/saveFile';

export type Ended = Exclude<Access, 'unknown' | 'write' | 'read'>;

interface Text {
  readonly title: string;
  readonly body: string;
}

/** What has ended, in words. */
export function textOf(access: Ended): Text {
  const { document: say } = words.value;
  const texts: Record<Ended, Text> = {
    deleted: { title: say.deletedTitle, body: say.deleted },
    denied: { title: say.deniedTitle, body: say.denied },
    signIn: { title: say.signInTitle, body: say.signIn },
    outdated: { title: say.outdatedTitle, body: say.outdated },
    refused: { title: say.refusedTitle, body: say.refused },
  };
  return texts[access];
}

/** Hand the words over as a file. */
export function save(session: Session, text: string): void {
  saveFile(fileName(session.title.text.peek(), words.peek().untitled), text);
}

/** Words from before the document's past was replaced. */
export function LeftoverNotice({ session }: { session: Session }) {
  const leftover = session.leftover.value;
  const { document: say } = words.value;
  if (!leftover) return null;
  return (
    <section class="card" role="alert">
      <p>{say.leftover(leftover.changes)}</p>
      <div class="card-actions">
        <button type="button" class="button button-primary" onClick={() => save(session, leftover.words)}>
          {say.download}
        </button>
        <button type="button" class="button button-quiet" onClick={() => void session.dropLeftover()}>
          {say.leftoverDrop}
        </button>
      </div>
    </section>
  );
}

/** The editor has been taken away, or must be. */
export function isEnded(access: Access): access is Ended {
  return access !== 'unknown' && access !== 'write' && access !== 'read';
}
