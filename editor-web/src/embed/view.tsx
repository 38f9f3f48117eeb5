/** What is drawn in the element: the tools, the state of saving, who is here, the text. */
import { useEffect, useRef } from 'preact/hooks';
import type { Present } from '../collab/presence';
import type { Session } from '../collab/session';
import { isEnded, LeftoverNotice, save, textOf } from '../documents/ended';
import { Surface } from '../documents/surface';
import { Toolbar } from '../editor/toolbar';
import { direction, language, words } from '../i18n';
import { Avatar } from '../ui/person';
import { StatusLine } from '../ui/status';
import { Toasts } from '../ui/toast';
import { type Frame, speaker } from './frame';

const SHOWN = 4;

export function View({ frame }: { frame: Frame }) {
  const session = frame.session.value;
  const { theme, toolbar } = frame.look.value;
  return (
    <div class="embed" lang={language.value} dir={direction.value} data-theme={theme} data-toolbar={toolbar}>
      {session && <Opened key={session.doc.guid} frame={frame} session={session} />}
      {speaker.value === frame && <Spoken />}
    </div>
  );
}

function Opened({ frame, session }: { frame: Frame; session: Session }) {
  const { toolbar, readOnly } = frame.look.value;
  const editor = frame.editor.value;
  const access = session.access.value;
  const writable = !readOnly && (access === 'write' || access === 'unknown');
  const finding = frame.finding.value;
  const tools = toolbar === 'full' && !readOnly && access !== 'read' && !isEnded(access);
  return (
    <>
      {toolbar !== 'none' && (
        <div class="bar">
          {tools && <Toolbar editor={editor} disabled={editor === null || !writable} />}
          <StatusLine status={session.status} />
          <Others here={session.presence.others.value} />
        </div>
      )}
      {finding && <finding.Bar writable={writable} />}
      <div class="desk">
        <LeftoverNotice session={session} />
        <Notice frame={frame} session={session} />
        <Surface
          session={session}
          titled={false}
          writable={writable}
          onEditor={(opened) => (frame.editor.value = opened)}
        />
      </div>
    </>
  );
}

function Others({ here }: { here: readonly Present[] }) {
  const { people } = words.value;
  const rest = here.length - SHOWN;
  return (
    <ul class="avatars" aria-label={people.here(here.length + 1)}>
      {here.slice(0, SHOWN).map((person) => (
        <li key={person.id} class={`is-${person.activity}`}>
          <Avatar person={person} />
        </li>
      ))}
      {rest > 0 && (
        <li>
          <span class="avatar avatar-rest" role="img" aria-label={people.more(rest)}>
            +{rest}
          </span>
        </li>
      )}
    </ul>
  );
}

/** Why there is no text, and what can be done about it. */
function Notice({ frame, session }: { frame: Frame; session: Session }) {
  const access = session.access.value;
  const { document: say } = words.value;
  if (frame.asking.value) return null;
  const ended = isEnded(access);
  if (!ended && session.stage.value !== 'absent') return null;
  const { title, body } = ended ? textOf(access) : { title: say.absentTitle, body: say.absent };
  const text = session.words();
  return (
    <section class="card" role="alert">
      <h2>{title}</h2>
      <p>{body}</p>
      <div class="card-actions">
        {(!ended || access === 'signIn') && (
          <button type="button" class="button button-primary" onClick={() => frame.retry()}>
            {say.retry}
          </button>
        )}
        {text && (
          <button type="button" class="button" onClick={() => save(session, text)}>
            {say.download}
          </button>
        )}
      </div>
    </section>
  );
}

/** What is said for a moment lies over everything on the page, whatever the element stands in. */
function Spoken() {
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => layer.current?.showPopover(), []);
  return (
    <div ref={layer} popover="manual" class="spoken">
      <Toasts />
    </div>
  );
}
