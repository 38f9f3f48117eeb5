import { signal, useSignal } from '@preact/signals';
import { CircleUserRound, LogOut } from 'lucide';
import { useEffect } from 'preact/hooks';
import { identity } from '../documents/me';
import { accountWords } from '../i18n/account';
import { Icon } from '../ui/icon';
import { Popover } from '../ui/popover';
import { say } from '../ui/toast';
import { askWho } from './api';
import { user } from './known';
import { belongTo, forgetOthers, leave, onLeft, unsent } from './leave';
import '../styles/account.css';

/** So often the server hears that somebody is at work here. */
const ASK_AGAIN_MS = 10 * 60_000;

const provider = signal<string | null>(null);

async function learn(): Promise<void> {
  try {
    const answer = await askWho();
    provider.value = answer.provider;
    if (!answer.user) return; // who has been signed out is told so by the document or the list
    if (belongTo(answer.user.id)) return;
    user.value = answer.user;
    identity.change({ name: answer.user.name });
    await forgetOthers();
  } catch {
    // Not reachable: the next time will tell.
  }
}

let active = false;
for (const sign of ['keydown', 'pointerdown']) {
  addEventListener(sign, () => (active = true), { passive: true, capture: true });
}
setInterval(() => {
  if (active && user.peek()) void learn();
  active = false;
}, ASK_AGAIN_MS);
onLeft(() => location.assign('/'));
void learn();

/** A button with who is signed in, and the way out. */
export function AccountMenu() {
  const words = accountWords.value;
  if (!user.value) return null;
  return (
    <Popover
      kind="dialog"
      class="icon-button"
      label={words.account(user.value.name)}
      trigger={<Icon of={CircleUserRound} />}
    >
      {(close) => <AccountPanel close={close} named />}
    </Popover>
  );
}

interface PanelProps {
  readonly close: () => void;
  /** Whether to say who is signed in. */
  readonly named?: boolean;
}

/** The way out; asks once more where something would be lost by it. */
export function AccountPanel({ close, named = false }: PanelProps) {
  const lost = useSignal(0);
  const busy = useSignal(false);
  const words = accountWords.value;
  const who = user.value;
  useEffect(() => () => (lost.value = 0), []);
  if (!who) return null;

  async function out(sure: boolean): Promise<void> {
    if (!sure) {
      lost.value = await unsent();
      if (lost.value > 0) return;
    }
    busy.value = true;
    try {
      await leave();
    } catch {
      say(words.failed);
      close();
    } finally {
      busy.value = false;
    }
  }

  return (
    <div class="account">
      {!named && <p class="hint">{words.nameHint}</p>}
      {named && (
        <div class="account-who">
          <p class="account-name" dir="auto">
            {who.name}
          </p>
          {who.email && <p class="hint">{who.email}</p>}
        </div>
      )}
      {who.admin && <p class="hint">{words.admin}</p>}
      {lost.value > 0 ? (
        <div class="account-sure" role="alert">
          <p>{words.unsent(lost.value)}</p>
          <button type="button" class="button button-primary" autofocus onClick={close}>
            {words.stay}
          </button>
          <button type="button" class="button" disabled={busy.value} onClick={() => void out(true)}>
            {words.signOutAnyway}
          </button>
        </div>
      ) : (
        <button type="button" class="menu-item" disabled={busy.value} onClick={() => void out(false)}>
          <span class="menu-label">
            <Icon of={LogOut} /> {words.signOut}
          </span>
        </button>
      )}
    </div>
  );
}
