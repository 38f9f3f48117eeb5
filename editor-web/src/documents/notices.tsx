import { SignIn } from '../account/later';
import type { Session } from '../collab/session';
import { words } from '../i18n';
import { go } from '../ui/router';
import { type Ended, isEnded, save, textOf } from './ended';

const mayReload: readonly Ended[] = ['signIn', 'outdated', 'refused'];
const mayForget: readonly Ended[] = ['deleted', 'denied'];

/** Why the document cannot be written in, and how to take one's words along. */
export function Notice({ session }: { session: Session }) {
  const access = session.access.value;
  const { document: say } = words.value;
  if (session.stage.value === 'absent' && !isEnded(access)) {
    return (
      <section class="card" role="alert">
        <h1>{say.absentTitle}</h1>
        <p>{say.absent}</p>
        <div class="card-actions">
          <button type="button" class="button button-primary" onClick={() => session.hurry()}>
            {say.retry}
          </button>
        </div>
      </section>
    );
  }
  if (!isEnded(access)) return null;
  const { title, body } = textOf(access);
  const text = session.words();
  const download = text && (
    <button type="button" class="button" onClick={() => save(session, text)}>
      {say.download}
    </button>
  );
  const card = (
    <section class="card" role="alert">
      <h1>{title}</h1>
      <p>{body}</p>
      <div class="card-actions">
        {mayReload.includes(access) && (
          <button type="button" class="button button-primary" onClick={() => location.reload()}>
            {say.reload}
          </button>
        )}
        {download}
        {text && mayForget.includes(access) && (
          <button type="button" class="button button-quiet" onClick={() => void session.forget().then(() => go('/'))}>
            {say.forget}
          </button>
        )}
      </div>
    </section>
  );
  if (access !== 'signIn') return card;
  return (
    <SignIn
      document={{ words: text, loose: session.atRisk.value, signedIn: () => session.signedIn() }}
      actions={download}
    >
      {card}
    </SignIn>
  );
}
