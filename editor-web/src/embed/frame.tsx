/** One open editor in its shadow tree: everything that comes when there is a document to show. */
import '@fontsource-variable/literata/wght.css';
import '@fontsource-variable/literata/wght-italic.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import '../styles/document.css';
import '../styles/prose.css';
import './embed.css';
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { render } from 'preact';
import { documentPath } from '../api/documents';
import { send } from '../api/http';
import type { Site } from '../api/site';
import { Identity } from '../collab/identity';
import { type Keep, keepIn, keepInMemory, keepUnder } from '../collab/keep';
import type { Leftover } from '../collab/leftover';
import type { Person } from '../collab/presence';
import { Session } from '../collab/session';
import type { StatusKind } from '../collab/status';
import { documentServerAt } from '../documents/documentServer';
import { isEnded } from '../documents/ended';
import { keepOpen } from '../documents/keepOpen';
import type { Editor } from '../editor/editor';
import { SCHEMA_VERSION } from '../editor/version';
import { language, preferred, speak, words } from '../i18n';
import { ActivityWatch } from '../tools/activity';
import { toolOf } from '../tools/keys';
import { Survey } from '../tools/survey';
import { online } from '../ui/device';
import { whenIdle } from '../ui/whenIdle';
import type { Tell } from './coscribe-editor';
import type { Finding } from './finding';
import { letRest, whenSaved } from './saved';
import { dress, undress } from './styles';
import type { Tokens } from './tokens';
import type { Theme, ToolbarKind } from './types/coscribe-editor';
import { View } from './view';

/** What is not saved when the content is asked for has this long to be. */
const SAVING_MS = 15_000;
/** Keys that only write are none of the page's business; its shortcuts would take them for its own. */
const KEYS = ['keydown', 'keypress', 'keyup'] as const;

export interface Look {
  readonly theme: Theme;
  readonly toolbar: ToolbarKind;
  readonly readOnly: boolean;
}

export interface Setting {
  readonly document: string;
  readonly server: string;
  readonly offline: boolean;
  readonly tokens: Tokens;
  /** An empty name or colour is for the editor to choose. */
  readonly me: ReadonlySignal<Person>;
  readonly look: ReadonlySignal<Look>;
  readonly tell: Tell;
}

/** The editor on the page that was written in last speaks for all. */
export const speaker = signal<Frame | null>(null);

export class Frame {
  readonly session = signal<Session | null>(null);
  readonly editor = signal<Editor | null>(null);
  readonly finding = signal<Finding | null>(null);
  readonly look: ReadonlySignal<Look>;
  /** The page is being asked for a token. */
  readonly asking = signal(false);
  readonly #setting: Setting;
  readonly #site: Site;
  readonly #keep: Keep;
  readonly #database: string | null;
  readonly #me: ReadonlySignal<Person>;
  readonly #tree: ShadowRoot;
  readonly #end: () => void;
  #stopFollowing: () => void = () => undefined;
  #changed = 0;
  #caret: 'start' | 'end' | null = null;

  constructor(tree: ShadowRoot, setting: Setting) {
    const { server, offline, tokens, look, me } = setting;
    this.#tree = tree;
    this.#setting = setting;
    this.look = look;
    this.#site = { address: server, token: tokens.current };
    // Two people may use this browser, and two servers may have a document of one name.
    const scope = `${server} ${me.peek().id.startsWith('guest-') ? '' : me.peek().id}`;
    this.#keep = offline
      ? keepUnder(
          `${scope} `,
          keepIn(() => localStorage),
        )
      : keepInMemory();
    this.#database = offline ? `coscribe ${scope}` : null;
    const chosen = new Identity(this.#keep, words.peek().people.names, Math.random).me.peek();
    this.#me = computed(() => ({
      id: me.value.id,
      name: me.value.name || chosen.name,
      color: me.value.color || chosen.color,
    }));
    dress(tree);
    tree.replaceChildren(); // what the page has shown until now
    render(<View frame={this} />, tree);
    speaker.value ??= this;
    tree.addEventListener('keydown', this.#tools, { capture: true });
    for (const key of KEYS) tree.addEventListener(key, keepKeys);
    tree.addEventListener('focusin', this.#speaks);
    addEventListener('beforeunload', this.#leaving);
    this.#end = keepOpen(
      (rescued) => this.#begin(rescued),
      (session) => this.#follow(session),
      letRest,
    );
  }

  get status(): StatusKind {
    return this.asking.peek() ? 'loading' : (this.session.peek()?.status.peek().kind ?? 'loading');
  }

  json(): object | null {
    return this.editor.peek()?.surface.getJSON() ?? null;
  }

  text(): string {
    return this.editor.peek()?.surface.getText({ blockSeparator: '\n\n' }) ?? '';
  }

  async written(format: string): Promise<string> {
    const session = this.session.peek();
    if (!session || !(await whenSaved(session, SAVING_MS))) {
      throw new Error('Not everything is saved: ask again when coscribe-status says so.');
    }
    const path = `${documentPath(this.#setting.document)}/content?format=${format}`;
    return (await send(path, { site: this.#site })).text();
  }

  /** Now, or as soon as there is a text. */
  focus(at: 'start' | 'end'): void {
    this.#caret = at;
    this.#putCaret();
  }

  /** The element stands elsewhere: what lay over the page has been put away by that. */
  moved(): void {
    for (const layer of this.#tree.querySelectorAll<HTMLElement>('[popover="manual"]')) layer.showPopover();
  }

  /** A token has come. */
  signIn(otherRole: boolean): void {
    const session = this.session.peek();
    session?.signedIn();
    if (otherRole) session?.reconnect();
  }

  /** Try again what the person is told has failed. */
  retry(): void {
    void this.#askForToken();
    this.session.peek()?.hurry();
  }

  /** The page's language, or the nearest to it that there is. */
  async speak(wished: string): Promise<void> {
    const choice = preferred(wished || undefined, navigator.languages);
    if (choice !== language.peek()) await speak(choice).catch(() => undefined); // not to be had now: it stays as it is
  }

  destroy(): void {
    this.#tree.removeEventListener('keydown', this.#tools, { capture: true });
    for (const key of KEYS) this.#tree.removeEventListener(key, keepKeys);
    this.#tree.removeEventListener('focusin', this.#speaks);
    removeEventListener('beforeunload', this.#leaving);
    render(null, this.#tree);
    undress(this.#tree);
    if (speaker.peek() === this) speaker.value = null;
    this.#stopFollowing();
    this.#end();
  }

  #begin(rescued: Leftover | null): Session {
    const { document, server, tokens } = this.#setting;
    return new Session({
      id: document,
      rescued,
      me: this.#me,
      site: this.#site,
      server: documentServerAt(this.#site),
      schemaVersion: SCHEMA_VERSION,
      socketUrl: `${server.replace(/^http/, 'ws')}/hocuspocus`,
      token: tokens.current,
      keep: this.#keep,
      database: this.#database,
      online,
      // Two of them on one page are as two windows.
      visit: crypto.randomUUID?.() ?? Math.random().toString(36).slice(2),
    });
  }

  #follow(session: Session): void {
    const { tell, document } = this.#setting;
    this.#stopFollowing();
    this.session.value = session;
    let ready = false;
    let told: Told | null = null;
    const activity = new ActivityWatch(session.presence);
    const updated = (_update: Uint8Array, _origin: unknown, _doc: unknown, { local }: { local: boolean }) => {
      if (ready) this.#soon(local);
    };
    session.doc.on('update', updated);
    const stops = [
      effect(() => {
        if (session.access.value === 'signIn') void this.#askForToken();
      }),
      effect(() => {
        if (this.editor.value === null || ready) return;
        ready = true;
        this.#putCaret();
        tell('coscribe-ready', { document });
      }),
      effect(() => {
        // Lists and tables run the way of the text.
        const survey = this.editor.value && new Survey(this.editor.value.surface);
        return () => survey?.destroy();
      }),
      effect(() => {
        const editor = this.editor.value;
        return editor ? this.#prepare(editor) : undefined;
      }),
      effect(() => {
        const { kind, changes } = session.status.value;
        if ((kind === 'signIn' && this.asking.value) || same(told, kind, changes)) return;
        told = { kind, changes };
        tell('coscribe-status', { state: kind, changes });
        if (isEnded(session.access.peek())) {
          tell('coscribe-error', { code: kind, message: words.peek().status.hint[kind] });
        }
      }),
    ];
    this.#stopFollowing = () => {
      for (const stop of stops) stop();
      session.doc.off('update', updated);
      activity.destroy();
    };
  }

  /** The page may have a token, or another one. */
  async #askForToken(): Promise<void> {
    const session = this.session.peek();
    if (session?.access.peek() !== 'signIn' || this.asking.peek()) return;
    this.asking.value = true;
    const given = await this.#setting.tokens.replace();
    this.asking.value = false;
    if (given) session.signedIn();
  }

  #putCaret(): void {
    const editor = this.editor.peek();
    if (editor && this.#caret) {
      editor.focus(this.#caret);
      this.#caret = null;
    }
  }

  /** Changes of one moment are told as one. */
  #soon(local: boolean): void {
    if (this.#changed === 0) {
      setTimeout(() => {
        const own = this.#changed === 2;
        this.#changed = 0;
        this.#setting.tell('coscribe-change', { own });
      });
    }
    this.#changed = Math.max(this.#changed, local ? 2 : 1);
  }

  /** Looking for words here means those of the text; elsewhere on the page it is the browser's affair. */
  readonly #tools = (event: Event): void => {
    const { isComposing } = event as KeyboardEvent;
    const tool = toolOf(event as KeyboardEvent);
    const finding = this.finding.peek();
    if (isComposing || finding === null || (tool !== 'find' && tool !== 'replace')) return;
    event.preventDefault();
    event.stopPropagation();
    finding.find.open(tool);
  };

  /** Have at hand what looks for words: if it came only when it is asked for, what is typed next would be in the text. */
  #prepare(editor: Editor): () => void {
    let wanted = true;
    const stop = whenIdle(async () => {
      const late = await import('./finding').catch(() => null); // without it, the browser looks
      if (wanted && late) this.finding.value = new late.Finding(editor.surface);
    });
    return () => {
      wanted = false;
      stop();
      this.finding.peek()?.destroy();
      this.finding.value = null;
    };
  }

  readonly #speaks = (): void => {
    speaker.value = this;
  };

  readonly #leaving = (event: BeforeUnloadEvent): void => {
    if (this.session.peek()?.atRisk.peek()) event.preventDefault();
  };
}

interface Told {
  readonly kind: StatusKind;
  readonly changes: number;
}

function same(told: Told | null, kind: StatusKind, changes: number): boolean {
  return told?.kind === kind && told.changes === changes;
}

function keepKeys(event: Event): void {
  const tree = event.currentTarget as ShadowRoot;
  const { key, ctrlKey, metaKey, altKey } = event as KeyboardEvent;
  const writes = key.length === 1 && !ctrlKey && !metaKey && !altKey;
  const closes = key === 'Escape' && tree.querySelector('[popover="auto"]:popover-open') !== null;
  if (event.defaultPrevented || writes || closes) event.stopPropagation();
}
