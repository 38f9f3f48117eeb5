/** The dialog for sharing: who has access, and the links that let others in. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Session } from '../collab/session';
import { words } from '../i18n';
import { sharingWords } from '../i18n/sharing';
import { documentAddress } from '../ui/addresses';
import { Dialog } from '../ui/dialog';
import { AddPeople } from './addPeople';
import { SharingApi } from './api';
import { Links } from './links';
import { People } from './people';
import { Sharing } from './sharing';

export function ShareDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const sharing = useMemo(() => new Sharing(new SharingApi(session.id, session.site)), [session]);
  useEffect(() => void sharing.load(), [sharing]);

  const say = sharingWords.value;
  const members = sharing.members.value;
  const news = sharing.news.value;
  /** Else everybody may do everything, and there is nobody to tell from others. */
  const someSignIn = members?.default_role !== 'admin';
  const title = say.title(session.title.text.value || words.value.untitled);
  return (
    <Dialog dialog={dialog} class="share" title={title} onClose={onClose}>
      {members === null ? (
        <Waiting sharing={sharing} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <section class="share-body" tabIndex={0} aria-label={title}>
          {someSignIn && <AddPeople sharing={sharing} />}
          {someSignIn && <People sharing={sharing} members={members} />}
          <section>
            <h3>{say.general.title}</h3>
            <p class="share-general">{say.general[members.default_role]}</p>
          </section>
          {someSignIn && <Links sharing={sharing} possible={members.links} />}
        </section>
      )}
      <p class={news?.failed ? 'share-news share-failed' : 'share-news'} role={news?.failed ? 'alert' : 'status'}>
        {members === null ? '' : news?.text}
      </p>
      <div class="share-foot">
        <button
          type="button"
          class="button"
          title={say.addressHint}
          onClick={() => void sharing.copy(location.origin + documentAddress(session.id))}
        >
          {say.copyAddress}
        </button>
        <button type="button" class="button button-primary" onClick={() => dialog.current?.close()}>
          {say.done}
        </button>
      </div>
    </Dialog>
  );
}

function Waiting({ sharing }: { sharing: Sharing }) {
  const say = sharingWords.value;
  const news = sharing.news.value;
  if (!news) return <p role="status">{say.loading}</p>;
  return (
    <div role="alert">
      <p>{news.text}</p>
      <button type="button" class="button" onClick={() => void sharing.load()}>
        {say.retry}
      </button>
    </div>
  );
}
