/**
 * `<coscribe-editor>`: a document to write in together, on a page of somebody else.
 *
 * This module is small and stays the same address for ever; the editor itself comes when there is a document to show.
 */
import { signal } from '@preact/signals';
import type { Person } from '../collab/presence';
import { wish } from '../i18n/wish';
import { claimsOf } from './claims';
import type { Frame } from './frame';
import { Tokens } from './tokens';
import type {
  CoscribeEditorEventMap,
  CoscribeEditor as Declared,
  Reason,
  State,
  Theme,
  TokenProvider,
  ToolbarKind,
} from './types/coscribe-editor';

const HERE = new URL(/* @vite-ignore */ '..', import.meta.url).href.replace(/\/$/, '');
const PLACE = ['document', 'server', 'offline'];
const OWN = ['document', 'server', 'token', 'name', 'color', 'theme', 'toolbar', 'readOnly', 'offline'];

/** Until then a script of the page may still give a token, or a way to get one. */
const scriptsRun = new Promise<void>((resolve) => {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (document.readyState === 'complete' || (navigation?.domContentLoadedEventStart ?? 1) > 0) resolve();
  else addEventListener('DOMContentLoaded', () => resolve(), { once: true });
});

/** Tells the page what happens, as its types say. */
export type Tell = <Name extends keyof CoscribeEditorEventMap>(
  name: Name,
  detail: CoscribeEditorEventMap[Name]['detail'],
) => void;

export class CoscribeEditor extends HTMLElement implements Declared {
  static readonly observedAttributes = [...PLACE, 'token', 'name', 'color', 'theme', 'toolbar', 'readonly', 'lang'];

  /** Asked for a token when there is none, when it ends soon, and when the server did not take it. */
  declare tokenProvider: TokenProvider | null;

  readonly #tree = this.attachShadow({ mode: 'open' });
  readonly #tokens = new Tokens((reason, signal) => this.#ask(reason, signal));
  readonly #look = signal({ theme: 'auto' as Theme, toolbar: 'full' as ToolbarKind, readOnly: false });
  readonly #me = signal<Person>({ id: '', name: '', color: '' });
  readonly #guest = `guest-${Math.random().toString(36).slice(2)}`;
  #frame: Frame | null = null;
  #opening = 0;
  #given: (() => void) | null = null;
  #caret: 'start' | 'end' | null = null;

  constructor() {
    super();
    this.tokenProvider ??= null;
    this.#wait();
  }

  connectedCallback(): void {
    // What a page has set before this class was there would hide the properties for ever.
    for (const name of OWN) this.#upgrade(name);
    if (this.#frame === null) this.#reopen();
    else this.#frame.moved();
  }

  disconnectedCallback(): void {
    // Moved within the page, it is connected again at once.
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (before === value) return;
    if (PLACE.includes(name)) this.#reopen();
    else if (name === 'token') this.#give(value ?? '');
    else if (name === 'lang') this.#speak();
    else if (name === 'name' || name === 'color') this.#introduce();
    else this.#paint();
  }

  get document(): string {
    return this.getAttribute('document') ?? '';
  }
  set document(id: string) {
    this.setAttribute('document', id);
  }

  /** The address of the Coscribe server; the one that this script came from, unless it is said. */
  get server(): string {
    return (this.getAttribute('server') || HERE).replace(/\/+$/, '');
  }
  set server(address: string) {
    this.setAttribute('server', address);
  }

  /** Set here and not as an attribute, a token does not stand in the page. */
  get token(): string {
    return this.#tokens.held;
  }
  set token(token: string) {
    this.#give(token ?? '');
  }

  get name(): string {
    return this.getAttribute('name') ?? '';
  }
  set name(name: string) {
    this.setAttribute('name', name);
  }

  get color(): string {
    return this.getAttribute('color') ?? '';
  }
  set color(color: string) {
    this.setAttribute('color', color);
  }

  get theme(): Theme {
    const said = this.getAttribute('theme');
    return said === 'light' || said === 'dark' ? said : 'auto';
  }
  set theme(theme: Theme) {
    this.setAttribute('theme', theme);
  }

  get toolbar(): ToolbarKind {
    const said = this.getAttribute('toolbar');
    return said === 'status' || said === 'none' ? said : 'full';
  }
  set toolbar(toolbar: ToolbarKind) {
    this.setAttribute('toolbar', toolbar);
  }

  get readOnly(): boolean {
    return this.hasAttribute('readonly');
  }
  set readOnly(readOnly: boolean) {
    this.toggleAttribute('readonly', readOnly);
  }

  /** Keep a copy on this device, to write in without the server. */
  get offline(): boolean {
    return this.hasAttribute('offline');
  }
  set offline(offline: boolean) {
    this.toggleAttribute('offline', offline);
  }

  /** What is true about saving, as in the event `coscribe-status`. */
  get status(): State {
    return this.#frame?.status ?? 'loading';
  }

  /** The document as ProseMirror JSON, as it stands here; `null` while it is not open. */
  getJSON(): object | null {
    return this.#frame?.json() ?? null;
  }

  /** The words alone, as they stand here; blocks are parted by empty lines. */
  getText(): string {
    return this.#frame?.text() ?? '';
  }

  /** The document as Markdown, as the server writes it once everything is saved. */
  getMarkdown(): Promise<string> {
    return this.#written('markdown');
  }

  /** The document as HTML, as the server writes it once everything is saved; `getHTML` is every element's own. */
  getDocumentHTML(): Promise<string> {
    return this.#written('html');
  }

  /** Put the caret into the text as soon as there is one, at its end unless it is told otherwise. */
  override focus(options?: FocusOptions & { at?: 'start' | 'end' }): void {
    const at = options?.at ?? 'end';
    if (this.#frame) this.#frame.focus(at);
    else this.#caret = at;
  }

  async #written(format: 'markdown' | 'html'): Promise<string> {
    if (this.#frame === null) throw new Error('The document is not open yet: wait for coscribe-ready.');
    return this.#frame.written(format);
  }

  /** Attributes often change together: then it is opened once. */
  #reopen(): void {
    if (!this.isConnected) return;
    this.#opening += 1;
    const round = this.#opening;
    queueMicrotask(() => {
      if (round !== this.#opening || !this.isConnected) return;
      this.#close();
      if (this.document !== '') void this.#open(this.#opening);
    });
  }

  async #open(round: number): Promise<void> {
    this.#introduce();
    this.#paint();
    wish.language ??= this.#language();
    try {
      const [{ Frame }] = await Promise.all([import('./frame'), this.#firstToken()]);
      if (round !== this.#opening || !this.isConnected) return;
      this.#frame = new Frame(this.#tree, {
        document: this.document,
        server: this.server,
        offline: this.offline,
        tokens: this.#tokens,
        me: this.#me,
        look: this.#look,
        tell: this.#tell,
      });
      if (this.#caret) this.#frame.focus(this.#caret);
      this.#caret = null;
      this.#speak();
    } catch (error) {
      this.#tell('coscribe-error', { code: 'unreachable', message: String(error) });
    }
  }

  /** Whoever can give tokens is asked before the server is. */
  async #firstToken(): Promise<void> {
    if (this.#tokens.held !== '') return;
    await scriptsRun;
    if (this.tokenProvider && this.#tokens.held === '') await this.#tokens.replace();
  }

  /** Until there is an editor, and where none can be had, the page shows what it has put inside the element. */
  #wait(): void {
    this.#tree.append(document.createElement('slot'));
  }

  #close(): void {
    this.#opening += 1;
    if (this.#frame === null) return;
    this.#frame.destroy();
    this.#frame = null;
    this.#wait();
  }

  #give(token: string): void {
    if (token === this.#tokens.held) return;
    const [before, now] = [claimsOf(this.#tokens.held), claimsOf(token)];
    this.#tokens.set(token);
    this.#given?.();
    this.#introduce();
    if (before.user !== now.user && this.#frame) this.#reopen();
    else this.#frame?.signIn(before.role !== now.role);
  }

  async #ask(reason: Reason, signal: AbortSignal): Promise<string | null> {
    const wanted = { document: this.document, reason };
    if (this.tokenProvider) {
      const given = await this.tokenProvider(wanted);
      if (given) this.#give(given);
      return given;
    }
    return new Promise((resolve) => {
      const end = () => {
        this.#given = null;
        resolve(this.#tokens.held);
      };
      this.#given = end;
      signal.addEventListener('abort', end, { once: true });
      this.#tell('coscribe-token-needed', wanted);
    });
  }

  #introduce(): void {
    const { user, name, color } = claimsOf(this.#tokens.held);
    this.#me.value = { id: user || this.#guest, name: name || this.name, color: color || this.color };
  }

  #paint(): void {
    this.#look.value = { theme: this.theme, toolbar: this.toolbar, readOnly: this.readOnly };
  }

  #language(): string {
    return this.closest<HTMLElement>('[lang]')?.lang ?? '';
  }

  #speak(): void {
    void this.#frame?.speak(this.#language());
  }

  readonly #tell: Tell = (name, detail) => {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  };

  #upgrade(name: string): void {
    if (!Object.hasOwn(this, name)) return;
    const own = this as unknown as Record<string, unknown>;
    const value = own[name];
    delete own[name];
    own[name] = value;
  }
}

if (!customElements.get('coscribe-editor')) customElements.define('coscribe-editor', CoscribeEditor);
