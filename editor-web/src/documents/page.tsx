import { computed, useSignal } from '@preact/signals';
import { ArrowLeft } from 'lucide';
import { useEffect } from 'preact/hooks';
import { user } from '../account/known';
import { database, ownKeep, whose } from '../account/whose';
import { nameGuests, rename, renew, siteOf, takeHanded, userIn } from '../api/passes';
import type { Leftover } from '../collab/leftover';
import { Session } from '../collab/session';
import type { Editor } from '../editor/editor';
import { Toolbar } from '../editor/toolbar';
import { SCHEMA_VERSION } from '../editor/version';
import { words } from '../i18n';
import { renewOnce } from '../offline/renew';
import { useTools } from '../tools/later';
import { Appearance } from '../ui/appearance';
import { online, visit } from '../ui/device';
import { Icon } from '../ui/icon';
import { follow } from '../ui/router';
import { StatusLine } from '../ui/status';
import { documentServerAt } from './documentServer';
import { isEnded, LeftoverNotice } from './ended';
import { keepOpen } from './keepOpen';
import { identity } from './me';
import { Notice } from './notices';
import { People } from './people';
import { Surface } from './surface';

/** How long somebody writes at their name before others see it. */
const NAMED_MS = 800;

/** A link that could not be asked for a token is asked again after this. */
const AGAIN_MS = 6_000;

nameGuests(() => identity.me.peek().name);

function openSession(id: string, rescued: Leftover | null): Session {
  takeHanded(id);
  const site = siteOf(id);
  return new Session({
    id,
    rescued,
    me: computed(() => ({ ...identity.me.value, id: userIn(id) || user.value?.id || identity.me.value.id })),
    server: documentServerAt(site),
    schemaVersion: SCHEMA_VERSION,
    socketUrl: `${location.origin.replace(/^http/, 'ws')}/hocuspocus`,
    site,
    token: site.token,
    keep: ownKeep(),
    database: database(),
    account: whose(),
    online,
    visit,
  });
}

/** One document: opens a session for it, and another when its past has been replaced. */
export function DocumentPage({ id }: { id: string }) {
  const session = useSignal<Session | null>(null);

  useEffect(() => {
    const end = keepOpen(
      (rescued) => openSession(id, rescued),
      (opened) => (session.value = opened),
    );
    return () => {
      session.value = null;
      end();
    };
  }, [id]);

  return session.value ? <Opened key={session.value.doc.guid} session={session.value} /> : null;
}

/** Come with another token where the one before was not taken, and as a guest with another name. */
function useTokens(session: Session): void {
  useEffect(() => {
    let again: ReturnType<typeof setTimeout> | undefined;
    const comeBack = async () => {
      if (session.access.peek() !== 'signIn') return;
      const answer = await renew(session.id);
      if (answer === 'renewed') session.signedIn();
      else if (answer === 'ended') session.shutOut();
      else if (answer === 'later') again = setTimeout(comeBack, AGAIN_MS);
    };
    const stop = session.access.subscribe(() => void comeBack());
    let timer: ReturnType<typeof setTimeout> | undefined;
    let shown = identity.me.peek().name;
    const named = identity.me.subscribe(({ name }) => {
      clearTimeout(timer);
      if (name === shown) return;
      timer = setTimeout(async () => {
        shown = name;
        if (await rename(session.id)) session.reconnect();
      }, NAMED_MS);
    });
    return () => {
      clearTimeout(again);
      clearTimeout(timer);
      named();
      stop();
    };
  }, [session]);
}

function Opened({ session }: { session: Session }) {
  const editor = useSignal<Editor | null>(null);
  const tools = useTools(editor.value, session);
  useTokens(session);
  const { document: say, untitled } = words.value;
  const title = session.title.text.value;
  const access = session.access.value;
  const writable = access === 'write' || access === 'unknown';
  // While it opens they are there already, so that nothing jumps.
  const showTools = !isEnded(access) && session.stage.value !== 'absent';

  useEffect(() => {
    document.title = `${title || untitled} · Coscribe`;
  }, [title, untitled]);

  const outdated = access === 'outdated' && !session.atRisk.value;
  useEffect(() => {
    if (outdated) void renewOnce(SCHEMA_VERSION);
  }, [outdated]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (session.atRisk.peek()) event.preventDefault();
    };
    const back = (event: PageTransitionEvent) => {
      if (event.persisted) session.presence.introduce(identity.me.peek());
    };
    addEventListener('beforeunload', warn);
    addEventListener('pageshow', back);
    return () => {
      removeEventListener('beforeunload', warn);
      removeEventListener('pageshow', back);
    };
  }, [session]);

  return (
    <div class="document">
      <header class="bar">
        <a class="icon-button" href="/" onClick={follow} aria-label={say.back} data-tip={say.back}>
          <Icon of={ArrowLeft} />
        </a>
        <StatusLine status={session.status} />
        <div class="bar-end">
          <People others={session.presence.others} />
          {tools ? <tools.Menu /> : <span class="tool-to-come" />}
          <Appearance />
        </div>
        {showTools && <Toolbar editor={editor.value} disabled={editor.value === null || !writable} />}
      </header>
      <main class="desk">
        <LeftoverNotice session={session} />
        <Notice session={session} />
        <Surface session={session} onEditor={(opened) => (editor.value = opened)} writable={writable} />
      </main>
      {tools && <tools.Panels writable={writable} />}
    </div>
  );
}
