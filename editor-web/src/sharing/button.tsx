/** The button that opens the share dialog, for whoever may share. */
import { useSignal } from '@preact/signals';
import { UserRoundPlus } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from '../collab/session';
import { sharingWords } from '../i18n/sharing';
import { Icon } from '../ui/icon';
import { SharingApi } from './api';
import { ShareDialog } from './dialog';
import '../styles/sharing.css';

export function ShareButton({ session }: { session: Session }) {
  const may = useSignal(false);
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const access = session.access.value;
  const connected = session.status.value.kind !== 'offline' && session.status.value.kind !== 'reconnecting';

  useEffect(() => {
    if (!connected) return;
    const api = new SharingApi(session.id, session.site);
    // Whoever cannot be asked now is asked again when the connection is back.
    void api.role().then(
      (role) => (may.value = role === 'admin'),
      () => undefined,
    );
  }, [session, access, connected]);

  if (!may.value || (access !== 'write' && access !== 'unknown')) return null;
  const { share } = sharingWords.value;
  return (
    <>
      <button
        ref={button}
        type="button"
        class="button button-small share-button"
        aria-haspopup="dialog"
        aria-label={share}
        onClick={() => (open.value = true)}
      >
        <Icon of={UserRoundPlus} size={16} />
        <span class="share-word" aria-hidden="true">
          {share}
        </span>
      </button>
      {open.value && (
        <ShareDialog
          session={session}
          onClose={() => {
            open.value = false;
            button.current?.focus();
          }}
        />
      )}
    </>
  );
}
